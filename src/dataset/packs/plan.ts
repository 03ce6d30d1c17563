import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import { packOf } from '../../parcel/pack-file.ts'

/** When old parcels are put together into packs. */
export interface PackPolicy {
  afterMs: number
  /** What one pack holds. */
  per: 'month' | 'year'
}

/** A parcel that lies in `data/` by itself, as the choice of what to pack sees it. */
export interface PackCandidate {
  id: ParcelId
  /** Why it is not packed, however old it is. */
  because?: string | undefined
}

export interface PackChoice {
  /** By the name of the pack, the parcels that go into it, both oldest first. */
  packs: Map<string, ParcelId[]>
  /** Old enough, and left for a reason. */
  left: { id: ParcelId; because: string }[]
}

/**
 * Chooses what is old enough to be packed.
 *
 * @param wholeMonths Only parcels of months all of which are old enough, so that a pack is written once a month and not once a day.
 */
export function parcelsToPack(
  candidates: readonly PackCandidate[],
  { afterMs, per }: PackPolicy,
  now: Date,
  wholeMonths: boolean,
): PackChoice {
  const choice: PackChoice = { packs: new Map(), left: [] }
  for (const { id, because } of candidates) {
    const time = wholeMonths ? endOfMonth(id) : parcelTime(id)
    if (now.getTime() - time.getTime() < afterMs) continue
    if (because !== undefined) {
      choice.left.push({ id, because })
      continue
    }
    const name = packOf(id, per)
    const others = choice.packs.get(name)
    if (others === undefined) choice.packs.set(name, [id])
    else others.push(id)
  }
  return choice
}

/** The first instant of the month after the parcel's, in UTC as ids are. */
function endOfMonth(id: ParcelId): Date {
  const time = parcelTime(id)
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1))
}
