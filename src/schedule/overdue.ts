import { formatDuration } from '../system/duration.ts'
import { type Freshness, countedGood, sayInstant, withAhead } from './freshness.ts'

export interface OverdueInput extends Freshness {
  /** `max_age`; none: from the schedule. */
  maxAgeMs?: number | undefined
}

export interface Overdue {
  overdue: boolean
  /** For how long. Missing when it is not overdue, or when there never was a good parcel. */
  sinceMs?: number
  /** Why, or why not, for a person to read. */
  because: string
}

// Of an interval, or of the time between two occurrences: room for a slow export and for some tries.
const grace = 1 / 4

/** Decides whether the newest good parcel is so old that someone should be told. */
export function overdue(input: OverdueInput): Overdue {
  const { schedule, maxAgeMs } = input
  if (schedule.kind === 'manual' && maxAgeMs === undefined) {
    return { overdue: false, because: 'there is no interval, no schedule and no max_age' }
  }
  const lastGood = countedGood(input)
  const found =
    lastGood === undefined ? { overdue: true, because: 'there is no good parcel yet' } : overdueSince(lastGood, input)
  return { ...found, because: withAhead(found.because, input) }
}

function overdueSince(lastGood: Date, { schedule, maxAgeMs, now, occurrences }: OverdueInput): Overdue {
  const ageMs = now.getTime() - lastGood.getTime()
  const old = `the last good parcel is ${formatDuration(ageMs, 2)} old`
  if (maxAgeMs !== undefined) {
    return verdict(ageMs - maxAgeMs, `${old}; max_age is ${formatDuration(maxAgeMs)}`)
  }
  if (schedule.kind === 'interval') {
    return verdict(
      ageMs - schedule.intervalMs * (1 + grace),
      `${old}; the interval is ${formatDuration(schedule.intervalMs)}`,
    )
  }
  const awaited = occurrences?.awaited
  if (awaited === undefined) return { overdue: false, because: `${old}; nothing is scheduled` }
  const { at, following } = awaited
  const graceMs = (following.getTime() - at.getTime()) * grace
  return verdict(now.getTime() - at.getTime() - graceMs, `${old}; the next one was scheduled for ${sayInstant(at)}`)
}

function verdict(lateMs: number, because: string): Overdue {
  return lateMs > 0 ? { overdue: true, sinceMs: lateMs, because } : { overdue: false, because }
}
