import type { MetricTable } from '../../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import { dayMs } from '../../system/duration.ts'
import { numberOf } from '../change.ts'

/** As far back as the report compares. */
export const seriesDays = 180
/** More could not be told apart on a line of this size. */
const mostPoints = 48

interface Point {
  at: number
  value: number
}

/** A metric over time; fewer points than there were parcels, but always the first, the last and the extremes. */
export interface Series {
  name: string
  points: Point[]
  /** How many values it was made of. */
  values: number
}

/** The numeric metrics of successful parcels of the last half-year, the oldest first. */
export function metricSeries(table: MetricTable, now: Date, isSuspect: (id: ParcelId) => boolean): Series[] {
  const from = now.getTime() - (seriesDays + 1) * dayMs
  const names = table.columns.filter((name) => name !== 'parcel_id' && name !== 'success')
  const points = new Map(names.map((name): [string, Point[]] => [name, []]))
  for (const id of [...table.rows.keys()].sort()) {
    const at = parcelTime(id).getTime()
    if (at < from || at > now.getTime() || isSuspect(id)) continue
    const row = table.rows.get(id)!
    if (row['success'] !== 'Y') continue
    for (const [name, of] of points) {
      const value = numberOf(row[name])
      if (value !== undefined) of.push({ at, value })
    }
  }
  return [...points].map(([name, all]) => ({ name, points: thinned(all), values: all.length }))
}

/** The lowest and the highest of each stretch of time, and both ends. */
function thinned(points: readonly Point[]): Point[] {
  if (points.length <= mostPoints) return [...points]
  const [first, last] = [points[0]!, points.at(-1)!]
  const stretches = mostPoints / 2 - 1
  const kept = new Set([first, last])
  const width = (last.at - first.at + 1) / stretches
  for (let index = 0; index < stretches; index++) {
    const inside = points.filter(({ at }) => Math.floor((at - first.at) / width) === index)
    if (inside.length === 0) continue
    kept.add(inside.reduce((a, b) => (b.value < a.value ? b : a)))
    kept.add(inside.reduce((a, b) => (b.value > a.value ? b : a)))
  }
  return [...kept].sort((a, b) => a.at - b.at)
}
