import type { MetricRow, MetricTable } from '../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../parcel/id.ts'
import { dayMs } from '../system/duration.ts'

/** How far back the newest success is compared with, in days; export_manager's choice. */
const comparedDays = [7, 180]

/** Metrics of the newest success beside those of earlier ones. */
export interface MetricComparison {
  /** The newest success first, then the newest one that is at least so much older. */
  parcels: { parcel: ParcelId; ageDays: number }[]
  /** One value for each of `parcels`; empty where that parcel has none. */
  metrics: { name: string; values: string[] }[]
}

/** @returns `undefined` when nothing has succeeded yet */
export function compareMetrics(table: MetricTable, now: Date): MetricComparison | undefined {
  const successes = [...table.rows.values()].filter((row) => row['success'] === 'Y')
  const newest = successes.at(-1)
  if (newest === undefined) return undefined
  const rows = [newest]
  for (const days of comparedDays) {
    const before = timeOf(newest) - days * dayMs
    const found = successes.findLast((row) => timeOf(row) <= before)
    if (found !== undefined && !rows.includes(found)) rows.push(found)
  }
  const names = table.columns.filter((column) => column !== 'parcel_id' && column !== 'success')
  return {
    parcels: rows.map((row) => ({
      parcel: row['parcel_id']!,
      ageDays: Math.floor((now.getTime() - timeOf(row)) / dayMs),
    })),
    metrics: names.map((name) => ({ name, values: rows.map((row) => row[name] ?? '') })),
  }
}

function timeOf(row: MetricRow): number {
  return parcelTime(row['parcel_id']!).getTime()
}
