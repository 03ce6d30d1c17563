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
  /** Why, or why not, for a person who reads it now. */
  because: string
  /** The same for what is kept: with times, and no ages. */
  fact: string
}

// Of an interval, or of the time between two occurrences: room for a slow export and for some tries.
const grace = 1 / 4

/** Decides whether the newest good parcel is so old that someone should be told. */
export function overdue(input: OverdueInput): Overdue {
  const { schedule, maxAgeMs } = input
  if (schedule.kind === 'manual' && maxAgeMs === undefined) {
    const because = 'there is no interval, no schedule and no max_age'
    return { overdue: false, because, fact: because }
  }
  const lastGood = countedGood(input)
  const none = 'there is no good parcel yet'
  const found = lastGood === undefined ? { overdue: true, because: none, fact: none } : overdueSince(lastGood, input)
  return { ...found, because: withAhead(found.because, input), fact: withAhead(found.fact, input) }
}

/** From when on a good parcel is too old, if no other comes. Missing where nothing says so. */
export function overdueFrom(
  lastGood: Date,
  { schedule, maxAgeMs, occurrences }: Pick<OverdueInput, 'schedule' | 'maxAgeMs' | 'occurrences'>,
): Date | undefined {
  if (maxAgeMs !== undefined) return new Date(lastGood.getTime() + maxAgeMs)
  if (schedule.kind === 'interval') return new Date(lastGood.getTime() + schedule.intervalMs * (1 + grace))
  const awaited = occurrences?.awaited
  if (schedule.kind === 'manual' || awaited === undefined) return undefined
  const { at, following } = awaited
  return new Date(at.getTime() + (following.getTime() - at.getTime()) * grace)
}

function overdueSince(lastGood: Date, input: OverdueInput): Overdue {
  const { schedule, maxAgeMs, now, occurrences } = input
  const said = (rule: string): Pick<Overdue, 'because' | 'fact'> => ({
    because: `the last good parcel is ${formatDuration(now.getTime() - lastGood.getTime(), 2)} old; ${rule}`,
    fact: `the last good parcel is from ${sayInstant(lastGood)}; ${rule}`,
  })
  const end = overdueFrom(lastGood, input)
  if (end === undefined) return { overdue: false, ...said('nothing is scheduled') }
  const rule =
    maxAgeMs !== undefined
      ? `max_age is ${formatDuration(maxAgeMs)}`
      : schedule.kind === 'interval'
        ? `the interval is ${formatDuration(schedule.intervalMs)}`
        : `the next one was scheduled for ${sayInstant(occurrences!.awaited!.at)}`
  const lateMs = now.getTime() - end.getTime()
  return lateMs > 0 ? { overdue: true, sinceMs: lateMs, ...said(rule) } : { overdue: false, ...said(rule) }
}
