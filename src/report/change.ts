import type { MetricComparison } from './comparison.ts'

/** The values of one metric: now, a week ago, half a year ago; empty where a short history has none. */
export function valuesOverTime(metrics: MetricComparison | undefined, values: readonly string[]): string[] {
  const parcels = metrics?.parcels ?? []
  const newest = parcels[0]?.ageDays ?? 0
  const pick = (from: number, below: number): string => {
    const index = parcels.findIndex(({ ageDays }, at) => at > 0 && ageDays - newest >= from && ageDays - newest < below)
    return index === -1 ? '' : (values[index] ?? '')
  }
  return [values[0] ?? '', pick(6, 179), pick(179, Infinity)]
}

/** As in `+11 %`, `=`, `×12`; empty where there is nothing to compare. */
export function sayChange(now: number | undefined, before: number | undefined): string {
  if (now === undefined || before === undefined) return ''
  if (now === before) return '='
  if (before === 0) return 'new'
  const percent = ((now - before) / before) * 100
  const digits = Math.abs(percent) < 9.95 ? 1 : 0
  if (percent >= 1000) return `×${Math.round(now / before)}`
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(digits)} %`
}

/** A cell of metrics.csv as a number; `undefined` for an empty one, and for what is none. */
export function numberOf(cell: string | undefined): number | undefined {
  if (cell === undefined || cell.trim() === '') return undefined
  const number = Number(cell)
  return Number.isFinite(number) ? number : undefined
}
