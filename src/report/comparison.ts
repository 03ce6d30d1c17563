import { type MetricRow, type MetricTable, measuredParcels } from '../metric/metrics-file.ts'
import { type ParcelId, parcelIdAt, parcelTime } from '../parcel/id.ts'
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

/** @returns `undefined` when nothing has succeeded yet; a suspect parcel does not count as a success. */
export function compareMetrics(
  table: MetricTable,
  now: Date,
  isSuspect: (id: ParcelId) => boolean,
): MetricComparison | undefined {
  const rows = comparedRows(table, isSuspect)
  if (rows.length === 0) return undefined
  const names = table.columns.filter((column) => column !== 'parcel_id' && column !== 'success')
  return {
    parcels: rows.map((row) => ({
      parcel: row['parcel_id']!,
      ageDays: Math.floor((now.getTime() - timeOf(row)) / dayMs),
    })),
    metrics: names.map((name) => ({ name, values: rows.map((row) => row[name] ?? '') })),
  }
}

/** The newest success, and for each of `comparedDays` the newest that is so much older; one may serve for both. Looks at no more rows than it must. */
function comparedRows(table: MetricTable, isSuspect: (id: ParcelId) => boolean): MetricRow[] {
  const found: MetricRow[] = []
  const ids = measuredParcels(table)
  let before: ParcelId | undefined
  for (let index = ids.length - 1; index >= 0; index--) {
    const id = ids[index]!
    // Ids are fixed-width UTC, so text order is time order.
    if (before !== undefined && id > before) continue
    const row = table.rows.get(id)!
    if (row['success'] !== 'Y' || isSuspect(id)) continue
    found.push(row)
    const limits = comparedDays.map((days) => timeOf(found[0]!) - days * dayMs)
    const next = limits.find((limit) => timeOf(row) > limit)
    if (next === undefined) break
    before = parcelIdAt(new Date(next))
  }
  return found
}

function timeOf(row: MetricRow): number {
  return parcelTime(row['parcel_id']!).getTime()
}
