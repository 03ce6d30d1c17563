import { detailsOf } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Layout } from '../parcel/layout.ts'
import type { RetainedParcel } from '../parcel/retention.ts'
import type { StoredParcel } from '../parcel/store.ts'
import type { Files } from '../system/files.ts'
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

/**
 * The same, after a look at each file: one whose size is not the one that was sealed is damaged, and so is an empty one that was put
 * there by hand.
 */
export function examinedParcels(files: Files, { ledger }: Pick<Layout, 'ledger'>, history: History): RetainedParcel[] {
  return retainedParcels(history).map((parcel) => {
    const { stored, ended } = history.get(parcel.id)!
    if (parcel.state !== 'good' || stored === undefined || stored.packed !== undefined) return parcel
    return isWhole(files, stored, isEvent(ended, 'sealed') ? detailsOf(ended, ledger).bytes : undefined)
      ? parcel
      : { id: parcel.id, state: 'damaged' }
  })
}

/** As far as it can be known without reading it. @param bytes As sealed. */
function isWhole(files: Files, { path, isFolder }: StoredParcel, bytes: number | undefined): boolean {
  if (isFolder) return bytes !== undefined || files.list(path).length > 0
  const found = files.info(path)?.sizeBytes
  return bytes === undefined ? found !== 0 : found === bytes
}

/** The sealed parcels as retention counts them, oldest first: what reading one again has shown goes before what it was sealed as. */
export function retainedParcels(history: History): RetainedParcel[] {
  const verdicts = verdictsHere(history)
  return sealedParcels(history).map(({ id, state }) => {
    const isDamaged = state === 'good' && verdicts.get(id)?.ok === false
    return { id, state: isDamaged ? 'damaged' : state }
  })
}
