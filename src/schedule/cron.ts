// The only importer of croner, and loaded only for datasets that have a cron schedule: see occurrences.ts.
import { Cron } from 'croner'

/**
 * The latest time at `now` or before at which the schedule came round.
 *
 * A pattern that names its times of day (`30 2 * * *`, `30 2,14 * * *`) comes round at each of them once in a local day:
 * a time that is skipped in spring is made up for at the end of the gap, one that occurs twice in autumn counts the
 * first time. One with a `*` or a step in its minutes or hours goes by real time.
 */
export function previousOccurrence(pattern: string, timezone: string, now: Date): Date | undefined {
  // croner leaves out a run at the very millisecond that it is asked about.
  return cronOf(pattern, timezone).previousRuns(1, new Date(now.getTime() + 1))[0]
}

/** The first time after `now` at which the schedule comes round. */
export function nextOccurrence(pattern: string, timezone: string, now: Date): Date | undefined {
  return cronOf(pattern, timezone).nextRun(now) ?? undefined
}

function cronOf(pattern: string, timezone: string): Cron {
  // 'no-wildcard': with croner's default, 02:30 of "30 2,14 * * *" is lost on the day when the clock goes forward.
  return new Cron(pattern, { timezone, paused: true, mode: '5-part', fixedTimeRule: 'no-wildcard' })
}
