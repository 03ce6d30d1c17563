import { formatDuration } from '../system/duration.ts'
import { type Freshness, countedGood, isAhead, sayInstant, withAhead } from './freshness.ts'

export interface DueInput extends Freshness {
  /**
   * Attempts since the last good parcel that gave no good one: those that failed, were skipped, or gave a suspect one.
   * `nothingNew`: the last one found that there is nothing newer than the last good parcel.
   */
  attempts: { count: number; lastAt?: Date | undefined; nothingNew?: boolean }
}

export interface Due {
  due: boolean
  /** Why, or why not, for a person to read. */
  because: string
  /** When it will be due, if nothing is exported until then. Missing when it is due, or never will be. */
  nextAt?: Date
}

// How much too early a timer may wake a run, as in export_manager: otherwise a daily job skips every other day.
const longestMarginMs = 5 * 60_000

/**
 * Decides whether a dataset is to be exported now. It goes by the last good parcel, not by what was planned since: a
 * machine that slept through many periods catches up with one export.
 */
export function dueness(input: DueInput): Due {
  const due = dueBySchedule(input)
  const explained = { ...due, because: withAhead(due.because, input) }
  const pauseEnd = endOfPause(input)
  if (pauseEnd === undefined || pauseEnd <= input.now) return explained
  if (!due.due)
    return due.nextAt !== undefined && due.nextAt < pauseEnd ? { ...explained, nextAt: pauseEnd } : explained
  const { count, nothingNew } = input.attempts
  const attempts = count === 1 || nothingNew === true ? 'the last attempt' : `the last ${count} attempts`
  const outcome = nothingNew === true ? 'found nothing new' : 'gave no good parcel'
  return {
    due: false,
    because: `${explained.because}; but ${attempts} ${outcome}, so the next one waits until ${sayInstant(pauseEnd)}`,
    nextAt: pauseEnd,
  }
}

function dueBySchedule(input: DueInput): Due {
  const { schedule } = input
  if (schedule.kind === 'manual') {
    return { due: false, because: 'there is no interval and no schedule: it is exported on request only' }
  }
  const lastGood = countedGood(input)
  if (lastGood === undefined) return { due: true, because: 'there is no good parcel yet' }
  return schedule.kind === 'interval'
    ? dueByInterval(schedule.intervalMs, lastGood, input.now)
    : dueByOccurrence(lastGood, input)
}

function dueByInterval(intervalMs: number, lastGood: Date, now: Date): Due {
  const ageMs = now.getTime() - lastGood.getTime()
  const marginMs = marginOf(intervalMs)
  const because = `the last good parcel is ${formatDuration(ageMs, 2)} old; the interval is ${formatDuration(intervalMs)}`
  if (ageMs >= intervalMs) return { due: true, because }
  if (ageMs >= intervalMs - marginMs) {
    return { due: true, because: `${because}, and up to ${formatDuration(marginMs)} early counts` }
  }
  return { due: false, because, nextAt: new Date(lastGood.getTime() + intervalMs - marginMs) }
}

function dueByOccurrence(lastGood: Date, { occurrences: { previous, next } = {} }: DueInput): Due {
  if (previous !== undefined && previous > lastGood) {
    const because = `the schedule came round at ${sayInstant(previous)}; the last good parcel is from ${sayInstant(lastGood)}`
    return { due: true, because }
  }
  const because = `the last good parcel is from ${sayInstant(lastGood)}`
  if (next === undefined) return { due: false, because: `${because}; the schedule does not come round again` }
  return { due: false, because: `${because}; the schedule comes round at ${sayInstant(next)}`, nextAt: next }
}

function marginOf(intervalMs: number): number {
  return Math.min(longestMarginMs, intervalMs / 2)
}

/** When the pause after the last attempts ends; `undefined` when there is none. */
function endOfPause({ schedule, attempts, now, occurrences = {} }: DueInput): Date | undefined {
  const { lastAt, nothingNew } = attempts
  const count = nothingNew === true ? Infinity : attempts.count
  if (count < 1 || lastAt === undefined || isAhead(lastAt, now)) return undefined
  if (schedule.kind === 'interval') {
    const marginMs = nothingNew === true ? marginOf(schedule.intervalMs) : 0
    return new Date(lastAt.getTime() + pauseMs(count, schedule.intervalMs) - marginMs)
  }
  const { previous, next } = occurrences
  // Every occurrence is tried: a schedule whose exports fail keeps to its times instead of drifting away from them.
  if (previous === undefined || next === undefined || lastAt < previous) return undefined
  const end = lastAt.getTime() + pauseMs(count, next.getTime() - previous.getTime())
  return new Date(Math.min(end, next.getTime()))
}

/** A sixteenth of the period after the first failure, twice that after each further one, the whole period at most. */
function pauseMs(failures: number, periodMs: number): number {
  return Math.min(periodMs, (periodMs / 16) * 2 ** Math.min(failures - 1, 4))
}
