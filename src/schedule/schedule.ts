import { UnsiloError } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import { checkCronPattern } from './cron-pattern.ts'
import { timezoneOf } from './timezone.ts'

/** When a dataset is to be exported. */
export type Schedule =
  | { kind: 'interval'; intervalMs: number }
  | { kind: 'cron'; pattern: string; timezone: string }
  /** Only when the user asks for it. */
  | { kind: 'manual' }

/** The keys of a dataset's configuration that say when, as written. */
export interface ScheduleKeys {
  interval?: string | undefined
  schedule?: string | undefined
  timezone?: string | undefined
}

/** @throws UnsiloError `config` */
export function scheduleOf({ interval, schedule, timezone }: ScheduleKeys): Schedule {
  if (interval !== undefined && schedule !== undefined) {
    throw new UnsiloError('config', '`interval` and `schedule` exclude each other', { hint: 'Keep one of the two.' })
  }
  if (schedule !== undefined) {
    checkCronPattern(schedule)
    return { kind: 'cron', pattern: schedule, timezone: timezoneOf(timezone) }
  }
  // Without `schedule` the zone still says where a day begins for `keep`; a wrong one is an error all the same.
  if (timezone !== undefined) timezoneOf(timezone)
  // An empty interval is none, as in export_manager.
  if (interval === undefined || interval === '') return { kind: 'manual' }
  const intervalMs = parseDuration(interval)
  if (intervalMs > 0) return { kind: 'interval', intervalMs }
  throw new UnsiloError('config', '`interval` must be longer than nothing', {
    hint: 'Leave it out to export on request only.',
  })
}
