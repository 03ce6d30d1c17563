import { cutText } from '../system/cut-text.ts'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import { numberOf, sayChange, valuesOverTime } from './change.ts'
import { sayChecked, sayPlaces } from './copies.ts'
import type { DatasetReport, Report } from './report.ts'
import { type Unread, levelOf, marks, sayState } from './verdict.ts'
import { type Warning, sayLasting } from './warnings.ts'

export interface MarkdownOptions {
  unread?: readonly Unread[]
  /** Details of the good ones, too. */
  all?: boolean
}

/** The report as a page for a git forge, or a mail: GitHub's Markdown. */
export function reportMarkdown(report: Report, { unread = [], all = false }: MarkdownOptions = {}): string {
  const { at, datasets, root } = report
  const shown = datasets.filter(({ warnings }) => all || warnings.length > 0)
  const parts = [
    '# Can these copies be trusted?',
    `**${sayState(report, unread)}** As of ${at.slice(0, 16).replace('T', ' ')} UTC.`,
    ...(unread.length === 0
      ? []
      : [
          '## Cannot be read',
          unread.map(({ where, message, hint }) => item(`**${line(where)}**: ${line(message)}`, hint)).join('\n'),
        ]),
    ...(root.warnings.length === 0 ? [] : ['## Of all together', warningItems(root.warnings, at)]),
    ...(datasets.length === 0 ? [] : [overview(datasets)]),
    ...shown.map((dataset) => details(dataset, at)),
    ...section('## Copies', copyTable(report)),
    ...section('## Metrics', metricTable(datasets)),
  ]
  return `${parts.join('\n\n')}\n`
}

function section(title: string, table: string | undefined): string[] {
  return table === undefined ? [] : [title, table]
}

function overview(datasets: readonly DatasetReport[]): string {
  const rows = datasets.map((dataset) => {
    const { metrics, lastSuccess } = dataset
    const bytes = metrics?.metrics.find(({ name }) => name === 'bytes')?.values
    const [now, week, halfYear] = bytes === undefined ? [] : valuesOverTime(metrics, bytes).map(numberOf)
    return [
      `${marks[levelOf(dataset)]} ${line(dataset.dataset)}`,
      dataset.health,
      lastSuccess === undefined ? 'never' : `${sayDuration(lastSuccess.ageMs)} ago`,
      now === undefined ? '' : saySize(now),
      sayChange(now, week),
      sayChange(now, halfYear),
    ]
  })
  return table(['Dataset', 'State', 'Last success', 'Size', 'Week', 'Half-year'], ['l', 'l', 'l', 'r', 'r', 'r'], rows)
}

function details({ dataset, health, warnings, due, nextAt }: DatasetReport, at: string): string {
  const next = nextAt === undefined ? '' : `${nextAt.slice(0, 16).replace('T', ' ')} UTC: `
  const parts = [`## ${line(dataset)}: ${health}`]
  if (warnings.length > 0) parts.push(warningItems(warnings, at))
  if (due !== '') parts.push(`Next export: ${next}${line(due)}.`)
  return parts.join('\n\n')
}

function warningItems(warnings: readonly Warning[], at: string): string {
  return warnings
    .map((warning) => {
      const { message, hint, evidence = [], accepted } = warning
      const because =
        accepted === undefined
          ? []
          : [
              `accepted${accepted.until === undefined ? '' : ` until ${line(accepted.until)}`}: ${line(accepted.because)}`,
            ]
      return item(`**${line(message)}**${sayLasting(warning, at)}`, hint, [
        ...because,
        ...evidence.slice(0, 8).map(line),
      ])
    })
    .join('\n')
}

function item(text: string, hint: string | undefined, more: readonly string[] = []): string {
  return [
    `- ${text}`,
    ...(hint === undefined ? [] : [`  - Next: ${line(hint)}`]),
    ...more.map((one) => `  - ${one}`),
  ].join('\n')
}

function copyTable({ at, datasets }: Report): string | undefined {
  const rows = datasets.flatMap(({ dataset, copies }) =>
    copies === undefined
      ? []
      : [[line(dataset), String(copies.count), sayChecked(copies, at), line(sayPlaces(copies))]],
  )
  return rows.length === 0 ? undefined : table(['Dataset', 'Copies', 'Checked', 'Where'], ['l', 'r', 'l', 'l'], rows)
}

function metricTable(datasets: readonly DatasetReport[]): string | undefined {
  const rows = datasets.flatMap(({ dataset, metrics }) =>
    (metrics?.metrics ?? [])
      .filter(({ name, values }) => name !== 'bytes' && (name !== 'files' || values.some((value) => value !== '1')))
      .map(({ name, values }) => [line(dataset), line(name), ...valuesOverTime(metrics, values).map(line)]),
  )
  if (rows.length === 0) return undefined
  return table(['Dataset', 'Metric', 'Now', 'Week ago', 'Half-year ago'], ['l', 'l', 'r', 'r', 'r'], rows)
}

function table(head: readonly string[], sides: readonly ('l' | 'r')[], rows: readonly (readonly string[])[]): string {
  const lines = [head, sides.map((side) => (side === 'r' ? '--:' : '---')), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const longest = 400

/** Text from elsewhere on one line: nothing in it is Markdown or HTML, but what stands between backticks stays as it is typed. */
function line(text: string): string {
  const clean = text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\p{Bidi_Control}+/gu, '')
    .trim()
  return cutText(clean, longest)
    .split(/(`[^`|<]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : escape(part)))
    .join('')
}

function escape(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]#|~]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/^([-+]|\d+[.)])(?= |$)/, String.raw`\$1`)
}
