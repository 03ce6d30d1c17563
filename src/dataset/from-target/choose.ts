import { UnsiloError } from '../../errors.ts'
import type { CopiedParcel } from '../copies/manifest.ts'
import type { Place } from './place.ts'

/** The id of a parcel, or `latest`, or `all`. */
export type ParcelChoice = string

/**
 * @param copies Oldest first.
 * @throws UnsiloError `not-found` that says what there is
 */
export function chooseCopies(
  copies: readonly CopiedParcel[],
  wanted: ParcelChoice,
  name: string,
  place: Pick<Place, 'name'>,
): readonly CopiedParcel[] {
  const newest = copies.at(-1)
  if (newest === undefined) {
    throw new UnsiloError('not-found', `${place.name} has no parcel of ${name}`, {
      hint: 'They were removed there, or none was published yet.',
    })
  }
  if (wanted === 'all') return copies
  const found = wanted === 'latest' ? newest : copies.find(({ id }) => id === wanted)
  if (found !== undefined) return [found]
  const ids = copies.map(({ id }) => id)
  const nearest = ids.findLast((id) => id < wanted) ?? ids[0]!
  throw new UnsiloError('not-found', `${place.name} has no parcel ${wanted} of ${name}`, {
    hint: `It has ${ids.length}; the nearest is ${nearest}, the newest ${newest.id}.`,
  })
}
