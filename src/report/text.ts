import type { Colors } from 'picocolors/types.js'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import type { MetricComparison } from './comparison.ts'
import { isPublished, sayChecked, sayPlaces } from './copies.ts'
import type { DatasetReport, Report } from './report.ts'
import { type Cell, textTable, wrapText } from './table.ts'
import { type Health, healthStates } from './warnings.ts'

const marks: Record<Health, string> = {
  broken: '✗',
  never: '✗',
  failing: '✗',
  gone: '✗',
  damaged: '✗',
  suspect: '!',
  frozen: '!',
  late: '!',
  gap: '!',
  full: '!',
  unpublished: '!',
  unverified: '!',
  undrained: '!',
  unlikely: '!',
  unmeasured: '!',
  good: '✓',
  idle: '·',
}

type Paint = (text: string) => string

function paintFor(health: Health, colors: Colors): Paint {
  if (marks[health] === '✗') return colors.red
  if (marks[health] === '!') return colors.yellow
  return health === 'good' ? colors.green : colors.dim
}

/** The report for a terminal of `columns` columns: one line a dataset, the worst first, details for the bad ones only. */
export function reportText(report: Report, colors: Colors, columns = 80): string {
  if (report.datasets.length === 0) return 'There are no datasets here. `unsilo init NAME` makes one.\n'
  const parts = [heading(report, colors, columns), overview(report.datasets, colors, columns)]
  const details = report.datasets.flatMap((dataset) => warningLines(dataset, colors, columns))
  if (details.length > 0) parts.push(details.join('\n'))
  const copies = copyTable(report, colors, columns)
  if (copies !== '') parts.push(copies)
  const metrics = metricTable(report.datasets, colors, columns)
  if (metrics !== '') parts.push(metrics)
  return `${parts.join('\n\n')}\n`
}

function heading(report: Report, colors: Colors, columns: number): string {
  const number = report.datasets.length
  const counts = healthStates
    .map((health) => ({ health, count: report.datasets.filter((dataset) => dataset.health === health).length }))
    .filter(({ count }) => count > 0)
  const words: { text: string; paint: Paint }[] = [
    { text: `${number} dataset${number === 1 ? '' : 's'}:`, paint: colors.bold },
    ...counts.map(({ health, count }, index) => ({
      text: `${count} ${health}${index === counts.length - 1 ? ' ' : ','}`,
      paint: paintFor(health, colors),
    })),
    { text: `${report.at.slice(0, 16).replace('T', ' ')} UTC`, paint: colors.dim },
  ]
  let said = ''
  let width = 0
  for (const { text, paint } of words) {
    const isFull = width + 1 + text.length > columns
    said += `${isFull ? '\n  ' : said === '' ? '' : ' '}${paint(text)}`
    width = (isFull ? 1 : width) + 1 + text.length
  }
  return said
}

function overview(datasets: readonly DatasetReport[], colors: Colors, columns: number): string {
  const head: Cell[] = ['', 'DATASET', 'STATE', 'LAST SUCCESS', 'SIZE', 'WEEK', 'HALF-YEAR'].map((text) => ({
    text,
    paint: colors.dim,
  }))
  const rows = datasets.map((dataset): Cell[] => {
    const paint = paintFor(dataset.health, colors)
    const [now, week, halfYear] = bytesOf(dataset.metrics)
    return [
      { text: marks[dataset.health], paint },
      { text: dataset.dataset },
      { text: dataset.health, paint },
      { text: dataset.lastSuccess === undefined ? 'never' : `${sayDuration(dataset.lastSuccess.ageMs)} ago` },
      { text: now === undefined ? '' : saySize(now), right: true },
      { text: change(now, week), right: true },
      { text: change(now, halfYear), right: true },
    ]
  })
  return textTable([head, ...rows], undefined, columns)
}

function bytesOf(metrics: MetricComparison | undefined): (number | undefined)[] {
  const values = metrics?.metrics.find(({ name }) => name === 'bytes')?.values ?? []
  return columnsOf(metrics, values).map((value) => (value === '' ? undefined : Number(value)))
}

/** Values for: now, a week ago, half a year ago. One of the two may be missing when the history is short. */
function columnsOf(metrics: MetricComparison | undefined, values: readonly string[]): string[] {
  const parcels = metrics?.parcels ?? []
  const newest = parcels[0]?.ageDays ?? 0
  const pick = (from: number, below: number): string => {
    const index = parcels.findIndex(({ ageDays }, at) => at > 0 && ageDays - newest >= from && ageDays - newest < below)
    return index === -1 ? '' : (values[index] ?? '')
  }
  return [values[0] ?? '', pick(6, 179), pick(179, Infinity)]
}

function change(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return ''
  if (now === before) return '='
  if (before === 0) return 'new'
  const percent = ((now - before) / before) * 100
  const digits = Math.abs(percent) < 9.95 ? 1 : 0
  if (percent >= 1000) return `×${Math.round(now / before)}`
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(digits)} %`
}

function warningLines(dataset: DatasetReport, colors: Colors, columns: number): string[] {
  const paint = paintFor(dataset.health, colors)
  return dataset.warnings.flatMap(({ message, hint }) => [
    ...wrapText(`${dataset.dataset}: ${message}`, columns, '  ').map((line, index) =>
      index === 0 ? paintName(line, dataset.dataset, paint) : line,
    ),
    ...wrapText(`  → ${hint}`, columns, '    ').map((line) => colors.dim(line)),
  ])
}

function paintName(line: string, name: string, paint: Paint): string {
  return `${paint(line.slice(0, name.length + 1))}${line.slice(name.length + 1)}`
}

/** Of the newest good parcel of each dataset that is published. */
function copyTable({ at, datasets }: Report, colors: Colors, columns: number): string {
  const rows = datasets.flatMap(({ dataset, copies }): Cell[][] => {
    if (copies === undefined || !isPublished(copies)) return []
    const checked = sayChecked(copies, at)
    return [
      [{ text: dataset }, { text: String(copies.count), right: true }, { text: checked }, { text: sayPlaces(copies) }],
    ]
  })
  if (rows.length === 0) return ''
  const head = ['COPIES', '', 'CHECKED', 'WHERE'].map((text): Cell => ({ text, paint: colors.dim }))
  return textTable([head, ...rows], undefined, columns)
}

/** The datasets' own metrics, and the number of files where it is not always one. */
function metricTable(datasets: readonly DatasetReport[], colors: Colors, columns: number): string {
  const rows = datasets.flatMap(({ dataset, metrics }) =>
    (metrics?.metrics ?? [])
      .filter(({ name, values }) => name !== 'bytes' && (name !== 'files' || values.some((value) => value !== '1')))
      .map(({ name, values }): Cell[] => [
        { text: dataset },
        { text: name },
        ...columnsOf(metrics, values).map((text) => ({ text, right: true })),
      ]),
  )
  if (rows.length === 0) return ''
  const head = ['METRICS', '', 'NOW', 'WEEK AGO', 'HALF-YEAR AGO'].map((text, index): Cell => ({
    text,
    right: index > 1,
    paint: colors.dim,
  }))
  return textTable([head, ...rows], undefined, columns)
}
