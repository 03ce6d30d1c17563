import { detailsOf } from '../../ledger/ledger.ts'
import type { ParcelId } from '../../parcel/id.ts'
import type { Dataset } from '../dataset.ts'
import { type History, isEvent } from '../history.ts'

/** Those whose last word is that they were unpacked. */
export function unpackedByHand(history: History, { layout }: Pick<Dataset, 'layout'>): Set<ParcelId> {
  const found = new Set<ParcelId>()
  for (const entry of history.entries) {
    if (isEvent(entry, 'unpacked')) for (const id of detailsOf(entry, layout.ledger).parcels) found.add(id)
    if (isEvent(entry, 'packed')) for (const id of detailsOf(entry, layout.ledger).parcels) found.delete(id)
  }
  return found
}
