import type { ParcelId } from '../parcel/id.ts'

/** A parcel at one place, as the choice of what to read again sees it. */
export interface Candidate {
  parcel: ParcelId
  /** When it was compared with its hashes last, be it when it was sealed or published; ISO 8601. `undefined`: nobody knows. */
  checkedAt: string | undefined
  /** It was not as it should be then. */
  isDamaged: boolean
  isGood: boolean
}

/**
 * Chooses what is read again at a place: the newest good parcel; those that were damaged, so that an alarm ends when they have been
 * put right; and of all others the given share, one at least, those first whose last check is longest ago. So repeated runs get
 * through all of them, the newest one apart, which never takes a place among the share.
 *
 * @param share From above 0 up to 1.
 */
export function parcelsToVerify<T extends Candidate>(candidates: readonly T[], share: number): T[] {
  const newestFirst = candidates.toSorted((a, b) => (a.parcel < b.parcel ? 1 : -1))
  const newest = newestFirst.find(({ isGood }) => isGood)
  const always = newestFirst.filter((one) => one === newest || one.isDamaged)
  const others = newestFirst
    .filter((one) => !always.includes(one))
    .sort((a, b) => order(a.checkedAt ?? '', b.checkedAt ?? '') || order(a.parcel, b.parcel))
  return [...always, ...others.slice(0, Math.ceil(candidates.length * share))]
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
