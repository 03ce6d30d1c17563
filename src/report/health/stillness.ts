import { dayMs } from '../../system/duration.ts'
import { type ParcelId, parcelTime } from '../../parcel/id.ts'
import { median } from './statistics.ts'

/** What a parcel showed of something that changes: a hash, the time of the newest record. */
export interface Sight {
  parcel: ParcelId
  shown: string
}

export interface Stillness {
  /** How often it changed before. */
  changes: number
  /** When the first parcel showed what the last one shows, in ms, and how many did since. */
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
/** So many say what the usual step is. */
const recentParcels = 20

/** @param sights Oldest first; at least one. */
export function stillnessOf(sights: readonly Sight[]): Stillness {
  const isNew = ({ shown }: Sight, index: number): boolean => shown !== sights[index - 1]?.shown
  const start = sights.findLastIndex(isNew)
  const pauses = stepsOf(sights.filter(isNew))
  const since = timeOf(sights[start]!)
  const stillMs = timeOf(sights.at(-1)!) - since
  const times = sights.length - start
  const longestMs = Math.max(0, ...pauses)
  const limitMs = limitOf(longestMs, usualStep(sights.map(({ parcel }) => parcel)))
  const isFrozen = pauses.length >= leastChanges && stillMs > limitMs
  return { changes: pauses.length, since, times, stillMs, longestMs, limitMs, isFrozen }
}

/** How long something may stand still. @param stepMs From one parcel to the next. */
export function limitOf(longestMs: number, stepMs: number): number {
  return Math.max(ofLongest * longestMs, ofSteps * stepMs, leastMs)
}

/** From one parcel to the next, of late, in ms; 0 for fewer than two. @param ids Oldest first. */
export function usualStep(ids: readonly ParcelId[]): number {
  const steps = stepsOf(ids.slice(-recentParcels).map((parcel) => ({ parcel })))
  return steps.length === 0 ? 0 : median(steps)
}

function stepsOf(sights: readonly Pick<Sight, 'parcel'>[]): number[] {
  const times = sights.map(timeOf)
  return times.slice(1).map((time, index) => time - times[index]!)
}

function timeOf({ parcel }: Pick<Sight, 'parcel'>): number {
  return parcelTime(parcel).getTime()
}
