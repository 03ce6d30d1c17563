import type { Colors } from 'picocolors/types.js'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import { numberOf, sayChange, valuesOverTime } from './change.ts'
import type { MetricComparison } from './comparison.ts'
import { isPublished, sayChecked, sayPlaces } from './copies.ts'
import { type Paint, datasetDetails, paintFor, warningLines } from './details.ts'
import type { DatasetReport, Report } from './report.ts'
import { type Cell, textTable, wrapText } from './table.ts'
import { textWidth } from './text-width.ts'
import { type Level, levelOf, marks } from './verdict.ts'
import { healthStates } from './warnings.ts'

/**
 * The report for a terminal: one line a dataset, the worst first, details for the bad ones only.
 *
 * @param isAll Tells of every dataset what was looked at, also of the good ones.
 */
export function reportText(report: Report, colors: Colors, columns = 80, isAll = false): string {
  if (report.datasets.length === 0) return 'There are no datasets here. `unsilo init NAME` makes one.\n'
  const parts = [heading(report, colors, columns), overview(report.datasets, colors, columns)]
  const details = [
    ...warningLines('root', report.root.warnings, report.at, colors, columns),
    ...report.datasets.flatMap(({ dataset, warnings }) => warningLines(dataset, warnings, report.at, colors, columns)),
  ]
  if (details.length > 0) parts.push(details.join('\n'))
  if (isAll) parts.push(...report.datasets.map((dataset) => datasetDetails(dataset, colors, columns)))
  const copies = copyTable(report, colors, columns)
  if (copies !== '') parts.push(copies)
  const metrics = metricTable(report.datasets, colors, columns)
  if (metrics !== '') parts.push(metrics)
  return `${parts.join('\n\n')}\n`
}

function heading(report: Report, colors: Colors, columns: number): string {
  const number = report.datasets.length
  const counts = healthStates
    .map((health) => ({ health, some: report.datasets.filter((dataset) => dataset.health === health) }))
    .filter(({ some }) => some.length > 0)
  const words: { text: string; paint: Paint }[] = [
    { text: `${number} dataset${number === 1 ? '' : 's'}:`, paint: colors.bold },
    ...counts.map(({ health, some }, index) => ({
      text: `${some.length} ${health}${index === counts.length - 1 ? ' ' : ','}`,
      paint: paintFor(worstOf(some), colors),
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

/** @param datasets At least one. */
function worstOf(datasets: readonly DatasetReport[]): Level {
  const levels = datasets.map(levelOf)
  return levels.find((level) => level === 'bad') ?? levels[0]!
}

function overview(datasets: readonly DatasetReport[], colors: Colors, columns: number): string {
  const head: Cell[] = ['', 'DATASET', 'STATE', 'LAST SUCCESS', 'SIZE', 'WEEK', 'HALF-YEAR'].map((text) => ({
    text,
    paint: colors.dim,
  }))
  const rows = datasets.map((dataset): Cell[] => {
    const level = levelOf(dataset)
    const paint = paintFor(level, colors)
    const [now, week, halfYear] = bytesOf(dataset.metrics)
    return [
      { text: marks[level], paint },
      { text: dataset.dataset },
      { text: dataset.health, paint },
      { text: dataset.lastSuccess === undefined ? 'never' : `${sayDuration(dataset.lastSuccess.ageMs)} ago` },
      { text: now === undefined ? '' : saySize(now), right: true },
      { text: sayChange(now, week), right: true },
      { text: sayChange(now, halfYear), right: true },
    ]
  })
  return textTable([head, ...rows], undefined, columns)
}

function bytesOf(metrics: MetricComparison | undefined): (number | undefined)[] {
  const values = metrics?.metrics.find(({ name }) => name === 'bytes')?.values ?? []
  return valuesOverTime(metrics, values).map(numberOf)
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
  return textTable(withWrappedEnds([head, ...rows], columns), undefined, columns)
}

/** A last cell that is too long goes on in rows of its own: which targets lack something stands at its end. */
function withWrappedEnds(rows: readonly (readonly Cell[])[], columns: number): Cell[][] {
  const widest = (index: number): number => Math.max(...rows.map((row) => textWidth(row[index]?.text ?? '')))
  const before = [0, 1, 2].reduce((sum, index) => sum + Math.min(widest(index), 28) + 2, 0)
  const room = Math.max(24, columns - before)
  return rows.flatMap((row) => {
    const [first, ...more] = wrapText(row.at(-1)!.text, room, '')
    const others = more.map((text): Cell[] => [...row.slice(0, -1).map(() => ({ text: '' })), { text }])
    return [[...row.slice(0, -1), { ...row.at(-1)!, text: first! }], ...others]
  })
}

/** The datasets' own metrics, and the number of files where it is not always one. */
function metricTable(datasets: readonly DatasetReport[], colors: Colors, columns: number): string {
  const rows = datasets.flatMap(({ dataset, metrics }) =>
    (metrics?.metrics ?? [])
      .filter(({ name, values }) => name !== 'bytes' && (name !== 'files' || values.some((value) => value !== '1')))
      .map(({ name, values }): Cell[] => [
        { text: dataset },
        { text: name },
        ...valuesOverTime(metrics, values).map((text) => ({ text, right: true })),
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
