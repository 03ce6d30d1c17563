import { type Occurrences, occurrences } from './occurrences.ts'
import type { Schedule } from './schedule.ts'

/** What is known of a dataset's last good parcel, and of when the next one is expected. */
export interface Freshness {
  schedule: Schedule
  now: Date
  /** Time of the newest good parcel, even when it is dated ahead of the clock. */
  lastGood?: Date | undefined
  /** Time of the newest good parcel that is not ahead of the clock; only read when `lastGood` is. */
  lastGoodByNow?: Date | undefined
  /** Must be there for a cron schedule. */
  occurrences?: Occurrences | undefined
}

// Clocks of machines that share a dataset differ by a little.
const toleranceMs = 5 * 60_000

export function isAhead(time: Date, now: Date): boolean {
  return time.getTime() > now.getTime() + toleranceMs
}

/** Gathers what `dueness` and `overdue` go by. `goodTimes`: those of all good parcels, in any order. */
export async function freshnessOf(schedule: Schedule, goodTimes: Iterable<Date>, now: Date): Promise<Freshness> {
  const freshness = { schedule, now, ...lastGoodOf(goodTimes, now) }
  return { ...freshness, occurrences: await occurrences(schedule, now, countedGood(freshness)) }
}

function lastGoodOf(times: Iterable<Date>, now: Date): Pick<Freshness, 'lastGood' | 'lastGoodByNow'> {
  let lastGood: Date | undefined
  let lastGoodByNow: Date | undefined
  for (const time of times) {
    if (lastGood === undefined || time > lastGood) lastGood = time
    if (!isAhead(time, now) && (lastGoodByNow === undefined || time > lastGoodByNow)) lastGoodByNow = time
  }
  return { lastGood, lastGoodByNow }
}

/**
 * The last good parcel that decisions go by. One that is ahead of the clock is passed over, for otherwise a single run
 * under a wrong clock would stop exports, and the alarm about that, until its date has come.
 */
export function countedGood({ lastGood, lastGoodByNow, now }: Freshness): Date | undefined {
  return lastGood !== undefined && isAhead(lastGood, now) ? lastGoodByNow : lastGood
}

/** Adds to a reason the parcel that was passed over, if there is one. */
export function withAhead(because: string, { lastGood, now }: Freshness): string {
  if (lastGood === undefined || !isAhead(lastGood, now)) return because
  return `${because}; a parcel dated ${sayInstant(lastGood)}, ahead of the clock, does not count`
}

/** In UTC, as parcel ids are: `2026-11-20 03:00 UTC`. */
export function sayInstant(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
