import { median, trendOf } from './statistics.ts'

/** A number of a good parcel. */
export interface Point {
  /** In ms. */
  time: number
  value: number
}

export interface Baseline {
  /** Too few parcels yet to say what is usual. */
  isLearning: boolean
  /** Parcels that it was learned from. */
  count: number
  /** What was to be expected, and how far from it a value may be, below and above. */
  usual: number
  mad: number
  below: number
  above: number
  isUnusual: boolean
}

/** How many parcels have to be there before the next one is judged, and from how many it is learned. */
export const learnedFrom = { least: 8, most: 20 }

/** So many times the usual distance is unusual (the median distance times 1.4826 is a standard deviation of normal ones). */
const deviations = 8 * 1.4826
/** Shares of what is usual that are never unusual: data grows by leaps, and shrinks rarely. */
const leastShare = { below: 0.15, above: 2 }
/** Small counts scatter by the square root of themselves. */
const ofRoot = 5
/** What was unusual is so until it is clearly inside of the limits again, so that a value at a limit is not told every other day. */
const insideShare = 0.7
/** How far back it is looked whether it was outside. */
const lookBack = 10

/** Judges the last of some numbers against those before it. @param points Oldest first; at least one. */
export function judgeLast(points: readonly Point[]): Baseline {
  const last = compare(points, points.length - 1)
  if (last.isLearning || last.place !== 'between') return { ...last, isUnusual: last.place === 'outside' }
  for (let index = points.length - 2; index > points.length - 2 - lookBack && index >= 0; index--) {
    const { place } = compare(points, index)
    if (place !== 'between') return { ...last, isUnusual: place === 'outside' }
  }
  return { ...last, isUnusual: false }
}

type Place = 'inside' | 'between' | 'outside'

function compare(points: readonly Point[], index: number): Omit<Baseline, 'isUnusual'> & { place: Place } {
  const { time, value } = points[index]!
  const before = points.slice(Math.max(0, index - learnedFrom.most), index)
  if (before.length < learnedFrom.least) {
    return { isLearning: true, count: before.length, usual: value, mad: 0, below: 0, above: 0, place: 'inside' }
  }
  const line = trendOf(before.map((point) => ({ x: point.time - time, y: point.value })))
  const steps = before.slice(1).map((point, at) => point.time - before[at]!.time)
  // After a long pause more may have happened than after a day.
  const pause = Math.max(1, (time - before.at(-1)!.time) / Math.max(1, median(steps)))
  const expected = line.at(0)
  const spread = deviations * line.mad * Math.sqrt(pause)
  const size = Math.abs(expected)
  const floor = ofRoot * Math.sqrt(size)
  const distances = before.map((point) => point.value - line.at(point.time - time))
  const below = Math.max(spread, leastShare.below * size, floor, seenTwice(distances.map((distance) => -distance)))
  const above = Math.max(spread, leastShare.above * size, floor, seenTwice(distances))
  const ratio = value < expected ? (expected - value) / below : (value - expected) / above
  const place: Place = ratio > 1 ? 'outside' : ratio < insideShare ? 'inside' : 'between'
  return { isLearning: false, count: before.length, usual: expected, mad: line.mad, below, above, place }
}

/**
 * How far up values have been at least twice, as on each weekend. Those that are now at the end do not count: a value that has gone
 * up and stays there is not usual for having been there yesterday.
 */
function seenTwice(distances: readonly number[]): number {
  const usual = median(distances.map(Math.abs))
  const settled = distances.findLastIndex((distance) => distance <= 3 * usual)
  const [, second = 0] = distances.slice(0, settled + 1).sort((a, b) => b - a)
  return second + 5 * usual
}
