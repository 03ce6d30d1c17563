import type { Schedule } from './schedule.ts'

/** When a cron schedule came round, and when it will. Empty for other schedules. */
export interface Occurrences {
  /** The latest at `now` or before. */
  previous?: Date | undefined
  /** The first after `now`. */
  next?: Date | undefined
  /** The first after the last good parcel, and the one that follows it; both may be in the future. */
  awaited?: { at: Date; following: Date } | undefined
}

/** Loads croner, for a cron schedule only. */
export async function occurrences(schedule: Schedule, now: Date, lastGood: Date | undefined): Promise<Occurrences> {
  if (schedule.kind !== 'cron') return {}
  const { previousOccurrence, nextOccurrence } = await import('./cron.ts')
  const { pattern, timezone } = schedule
  const after = (time: Date): Date | undefined => nextOccurrence(pattern, timezone, time)
  const at = lastGood && after(lastGood)
  const following = at && after(at)
  return {
    previous: previousOccurrence(pattern, timezone, now),
    next: after(now),
    awaited: at && following && { at, following },
  }
}
