import type { Colors } from 'picocolors/types.js'
import type { DatasetReport } from './report.ts'
import { wrapText } from './table.ts'
import { type Level, levelOf, marks } from './verdict.ts'
import { type Warning, kinds, sayLasting } from './warnings.ts'

export type Paint = (text: string) => string

export function paintFor(level: Level, colors: Colors): Paint {
  if (level === 'bad') return colors.red
  if (level === 'look') return colors.yellow
  return level === 'good' ? colors.green : colors.dim
}

/** What is wrong, why that is concluded, and what to do; of what is accepted, until when and why. @param at When that is told. ISO 8601. */
export function warningLines(
  name: string,
  warnings: readonly Warning[],
  at: string,
  colors: Colors,
  columns: number,
): string[] {
  return warnings.flatMap((warning) => {
    const { severity, message, hint, evidence = [], accepted } = warning
    const paint = accepted === undefined ? paintFor(severity === 'warning' ? 'look' : 'bad', colors) : colors.dim
    const [first, ...more] = wrapText(`${name}: ${message}${sayLasting(warning, at)}`, columns, '  ')
    const head = [`${paint(first!.slice(0, name.length + 1))}${first!.slice(name.length + 1)}`, ...more]
    const dim = (text: string): string[] => wrapText(text, columns, '    ').map((line) => colors.dim(line))
    if (accepted === undefined) return [...head, ...evidence.flatMap((line) => dim(`  ${line}`)), ...dim(`  → ${hint}`)]
    const until = accepted.until === undefined ? '' : ` until ${accepted.until}`
    return [...head, ...dim(`  accepted${until}: ${accepted.because}`)]
  })
}

/** All that was looked at in a dataset. */
export function datasetDetails(
  { dataset, health, warnings, judgements, due }: DatasetReport,
  colors: Colors,
  columns: number,
): string {
  const level = levelOf({ health, warnings })
  const lines = judgements.flatMap(({ cause, ok, finding }) => findingLines(cause, ok, finding, colors, columns))
  const next = due === '' ? [] : wrapText(`  ${due}`, columns, '    ').map((line) => colors.dim(line))
  return [`${paintFor(level, colors)(marks[level])} ${colors.bold(dataset)} is ${health}`, ...next, ...lines].join('\n')
}

/** One thing that was looked at, as lines of a list. */
export function findingLines(
  cause: keyof typeof kinds,
  ok: boolean,
  finding: string,
  colors: Colors,
  columns: number,
): string[] {
  const level: Level = ok ? 'good' : kinds[cause].severity === 'warning' ? 'look' : 'bad'
  const [first, ...more] = wrapText(`  ${marks[level]} ${cause}: ${finding}`, columns, '    ')
  return [`  ${paintFor(level, colors)(marks[level])}${first!.slice(3)}`, ...more]
}
