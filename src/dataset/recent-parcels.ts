import { detailsOf } from '../ledger/ledger.ts'
import { type MetricRow, readMetricsIfWhole } from '../metric/metrics-file.ts'
import { type ParcelId, splitParcelName } from '../parcel/id.ts'
import type { StoredParcel } from '../parcel/store.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, type ParcelRecord, isEvent } from './history.ts'

/** How many earlier parcels a new one is measured against. */
const recentCount = 10

/** What an earlier good parcel was, as far as a new one is measured against it. */
export interface RecentParcel {
  bytes: number
  holds?: 'part' | undefined
  /** By stream. */
  records?: Record<string, number> | undefined
}

/**
 * The newest good parcels before this one, newest last; only those of the same format can be compared. Those that are pruned
 * count, too: else a small `keep` would leave nothing to compare with.
 */
export function recentParcels(
  dataset: Dataset,
  context: Context,
  stored: StoredParcel,
  history: History,
): RecentParcel[] {
  const found: RecentParcel[] = []
  let rows: ReadonlyMap<string, MetricRow> | undefined
  const rowOf = (id: ParcelId): MetricRow | undefined => {
    rows ??= readMetricsIfWhole(context.system.files, dataset.layout.metrics)?.rows ?? new Map<string, MetricRow>()
    return rows.get(id)
  }
  for (const parcel of history.parcels.toReversed()) {
    if (found.length === recentCount) break
    if (parcel.id >= stored.id || !wasGood(parcel)) continue
    const recent = isEvent(parcel.ended, 'sealed')
      ? fromLedger(dataset, parcel, stored)
      : fromMetrics(parcel, stored, rowOf)
    if (recent !== undefined) found.push(recent)
  }
  return found.reverse()
}

function wasGood({ state, ended, accepted }: ParcelRecord): boolean {
  if (state === 'good') return true
  const isRemoved = state === 'pruned' || state === 'trashed' || state === 'thinned'
  return isRemoved && isEvent(ended, 'sealed') && (ended.state === 'good' || accepted)
}

function fromLedger(dataset: Dataset, parcel: ParcelRecord, stored: StoredParcel): RecentParcel | undefined {
  if (!isEvent(parcel.ended, 'sealed')) return undefined
  const { bytes, name, holds, records } = detailsOf(parcel.ended, dataset.layout.ledger)
  // A folder has no extension, and neither has a bare file: only a parcel that is there tells them apart.
  const isFolder = parcel.stored?.isFolder ?? stored.isFolder
  const extension = splitParcelName(name)?.extension.toLowerCase() ?? ''
  return extension === stored.extension && isFolder === stored.isFolder ? { bytes, holds, records } : undefined
}

/** Of a parcel that export_manager made, or whose ledger is lost. */
function fromMetrics(
  { id, stored: earlier }: ParcelRecord,
  stored: StoredParcel,
  rowOf: (id: ParcelId) => MetricRow | undefined,
): RecentParcel | undefined {
  if (earlier?.extension !== stored.extension || earlier.isFolder !== stored.isFolder) return undefined
  const bytes = Number(rowOf(id)?.['bytes'] || NaN)
  return Number.isNaN(bytes) ? undefined : { bytes }
}
