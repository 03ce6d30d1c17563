import { dayMs } from '../../system/duration.ts'
import { median } from './statistics.ts'

/** What a parcel showed of something that changes: a hash, the time of the newest record. */
export interface Sight {
  /** In ms. */
  time: number
  shown: string
}

export interface Stillness {
  /** How often it changed before. */
  changes: number
  /** The first parcel that showed what the last one shows, and how many did since. */
  since: number
  times: number
  stillMs: number
  /** The longest that it stood still before. */
  longestMs: number
  /** So long may it stand still. */
  limitMs: number
  /** It used to change, and does not any more. */
  isFrozen: boolean
}

/** What has not changed so often has no habits. */
export const leastChanges = 10
/** People go on holiday, and servers are quiet over a weekend: so many times the longest pause yet. */
const ofLongest = 4
const ofSteps = 5
const leastMs = 3 * dayMs

/** @param sights Oldest first; at least one. */
export function stillnessOf(sights: readonly Sight[]): Stillness {
  const changed = sights.filter(({ shown }, index) => index === 0 || shown !== sights[index - 1]!.shown)
  const pauses = changed.slice(1).map(({ time }, index) => time - changed[index]!.time)
  const steps = sights.slice(1).map(({ time }, index) => time - sights[index]!.time)
  const since = changed.at(-1)!.time
  const stillMs = sights.at(-1)!.time - since
  const times = sights.filter(({ time }) => time >= since).length
  const longestMs = Math.max(0, ...pauses)
  const limitMs = limitOf(longestMs, steps.length === 0 ? 0 : median(steps))
  const isFrozen = pauses.length >= leastChanges && stillMs > limitMs
  return { changes: pauses.length, since, times, stillMs, longestMs, limitMs, isFrozen }
}

/** How long something may stand still. @param stepMs From one parcel to the next. */
export function limitOf(longestMs: number, stepMs: number): number {
  return Math.max(ofLongest * longestMs, ofSteps * stepMs, leastMs)
}
