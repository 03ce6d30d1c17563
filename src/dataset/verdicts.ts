import type { ParcelId } from '../parcel/id.ts'
import type { RetainedParcel } from '../parcel/retention.ts'
import { type Verdict, verdictOf } from './acknowledgements.ts'
import { type History, isEvent, sealedParcels } from './history.ts'

/** What reading each parcel here again has shown the last time; what was never read again is missing. */
export function verdictsHere({ entries }: Pick<History, 'entries'>): Map<ParcelId, Verdict> {
  const found = new Map<ParcelId, Verdict>()
  for (const entry of entries) {
    // An attempt that begins under an id makes another parcel of it.
    if (entry.event === 'started' && entry.parcel !== undefined) found.delete(entry.parcel)
    // What is here now was brought back from a target.
    if (entry.event === 'restored') found.clear()
    if (!isEvent(entry, 'verified')) continue
    const verdict = verdictOf(entry)
    if (verdict.target === undefined) found.set(verdict.parcel, verdict)
  }
  return found
}

/** The sealed parcels as retention counts them, oldest first: what reading one again has shown goes before what it was sealed as. */
export function retainedParcels(history: History): RetainedParcel[] {
  const verdicts = verdictsHere(history)
  return sealedParcels(history).map(({ id, state }) => {
    const isDamaged = state === 'good' && verdicts.get(id)?.ok === false
    return { id, state: isDamaged ? 'damaged' : state }
  })
}
