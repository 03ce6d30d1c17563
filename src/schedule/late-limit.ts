import { overdueFrom } from './overdue.ts'
import type { Schedule } from './schedule.ts'

/** From when on a good parcel of that time is too old; `undefined`: never. */
export type LateLimit = (good: Date) => Date | undefined

/** As `overdue` judges, for any time. Loads croner, for a cron schedule only. */
export async function lateLimit(schedule: Schedule, maxAgeMs: number | undefined): Promise<LateLimit> {
  if (schedule.kind !== 'cron' || maxAgeMs !== undefined) return (good) => overdueFrom(good, { schedule, maxAgeMs })
  const { nextOccurrence } = await import('./cron.ts')
  const { pattern, timezone } = schedule
  return (good) => {
    const at = nextOccurrence(pattern, timezone, good)
    const following = at && nextOccurrence(pattern, timezone, at)
    return overdueFrom(good, { schedule, occurrences: { awaited: at && following && { at, following } } })
  }
}
