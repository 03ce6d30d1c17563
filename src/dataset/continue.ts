import { detailsOf } from '../ledger/ledger.ts'
import { lastExchangeAt } from '../source/rest/journal.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, type ParcelRecord, isEvent } from './history.ts'

/** An attempt that was broken off, and goes on in the same parcel. */
export interface Continuable {
  parcel: ParcelRecord
  /** Not before this time, which the source asked for; `undefined`: at once. */
  notBefore: Date | undefined
}

/**
 * The newest attempt, when it was killed, interrupted or parked so lately that its pages are still worth going on with. An
 * older one would mix what the source showed then with what it shows now.
 */
export function continuable(dataset: Dataset, context: Context, history: History): Continuable | undefined {
  const { source } = dataset.config
  const parcel = history.newest
  if (source?.kind !== 'rest' || parcel === undefined) return undefined
  if ((parcel.state !== 'unfinished' && parcel.state !== 'parked') || parcel.stored?.isFolder !== true) return undefined
  const parked = isEvent(parcel.parked, 'parked') ? detailsOf(parcel.parked, dataset.layout.ledger) : undefined
  const notBefore = parked?.until === undefined ? undefined : new Date(parked.until)
  const lastAt = notBefore ?? lastExchangeAt(context.system.files, parcel.stored.path)
  if (lastAt === undefined) return undefined
  const ageMs = context.system.clock.now().getTime() - lastAt.getTime()
  return ageMs < source.resume_within ? { parcel, notBefore } : undefined
}
