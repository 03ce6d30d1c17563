/** What two lists of the newest items say of each other, when all that is known of their order is that the newest come first. */
export interface Compared {
  /** Of the items of the earlier list, so many from its beginning would be in the later one if they still existed. */
  reach: number
  /** So many of the later list are new. */
  arrived: number
  /** What stands in the later list from here on, and was not in the earlier one, has moved up from below. */
  risenFrom: number
}

/** Of fewer items in both lists, in their order, nothing is concluded: they may all have been added anew. */
const leastInPlace = 2
const leastShare = 0.05

/**
 * An item that stands in the later list as it stood in the earlier one shows that nothing before it was pushed out. One that was
 * taken out and added anew stands elsewhere: only those count that are in the same order in both, as many as there can be.
 *
 * @param places Of each item of the later list, its place in the earlier one; -1: it was not there.
 * @param count How many were in the earlier one.
 */
export function comparePlaces(places: readonly number[], count: number): Compared {
  // By length, the run in rising order that ends at the lowest place: nothing is concluded from an order that may be another.
  const ends: { place: number; index: number }[] = []
  for (const [index, place] of places.entries()) {
    if (place === -1) continue
    ends[firstFrom(ends, place)] = { place, index }
  }
  const last = ends.at(-1)
  const isSure = ends.length >= Math.max(leastInPlace, Math.ceil(count * leastShare))
  const until = last?.index ?? places.length
  return {
    reach: isSure ? last!.place : 0,
    arrived: places.reduce((sum, place, index) => (place === -1 && index < until ? sum + 1 : sum), 0),
    risenFrom: isSure ? last!.index + 1 : places.length,
  }
}

/** The first run whose end is not before the place. */
function firstFrom(ends: readonly { place: number }[], place: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]!.place < place) low = middle + 1
    else high = middle
  }
  return low
}
