import type { Dataset } from '../dataset/dataset.ts'
import { type History, type ParcelRecord, isEvent } from '../dataset/history.ts'
import type { MetricTable } from '../metric/metrics-file.ts'
import { parcelIdAt, parcelTime } from '../parcel/id.ts'
import { growthMs, growthOf } from './health/disk.ts'

/** Of more parcels, so many that are spread over the time say as much. */
const mostParcels = 30

/** Bytes a day by which a dataset has grown of late, by its ledger and metrics. */
export function datasetGrowth({ config }: Dataset, history: History, table: MetricTable, now: Date): number {
  const there = history.parcels.filter(({ isSealed }) => isSealed)
  const from = parcelIdAt(new Date(now.getTime() - growthMs))
  const recent = there.slice(there.findLastIndex(({ id }) => id <= from) + 1)
  const every = Math.ceil(recent.length / mostParcels)
  return growthOf({
    sizes: recent.filter((_, index) => index % every === 0).map((parcel) => bytesOf(parcel, table)),
    recent: recent.length,
    all: there.length,
    ageMs: there[0] === undefined ? 0 : now.getTime() - parcelTime(there[0].id).getTime(),
    isPruned: config.keep !== undefined,
  })
}

function bytesOf({ id, ended }: ParcelRecord, { rows }: MetricTable): number {
  // A quote inside of a JSON text is escaped, so this can be nothing but a key.
  const sealed = isEvent(ended, 'sealed') ? /"bytes":(\d+)/.exec(ended.line)?.[1] : undefined
  return Number(sealed ?? rows.get(id)?.['bytes'] ?? 0) || 0
}
