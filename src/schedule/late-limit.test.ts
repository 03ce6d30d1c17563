import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshnessOf } from './freshness.ts'
import { lateLimit } from './late-limit.ts'
import { overdue } from './overdue.ts'
import type { Schedule } from './schedule.ts'

const dayMs = 86_400_000
const schedules: readonly (readonly [Schedule, number | undefined])[] = [
  [{ kind: 'interval', intervalMs: dayMs }, undefined],
  [{ kind: 'cron', pattern: '0 3 * * *', timezone: 'Europe/Berlin' }, undefined],
  [{ kind: 'cron', pattern: '30 2 * * 0', timezone: 'America/New_York' }, undefined],
  [{ kind: 'cron', pattern: '0 3 * * *', timezone: 'UTC' }, 2 * dayMs],
  [{ kind: 'manual' }, 30 * dayMs],
]

describe('the time from when on a parcel is too old', () => {
  it('is never for a manual dataset without max_age', async () => {
    expect((await lateLimit({ kind: 'manual' }, undefined))(new Date())).toBeUndefined()
  })

  it.each(schedules)('is that from when on it is overdue: %o, max_age %s', async (schedule, maxAgeMs) => {
    const limit = await lateLimit(schedule, maxAgeMs)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 730 * 1440 }), async (minutes) => {
        const good = new Date(Date.parse('2025-01-01T00:00:00Z') + minutes * 60_000)
        const at = limit(good)!
        const isOverdue = async (now: Date): Promise<boolean> =>
          overdue({ ...(await freshnessOf(schedule, [good], now)), maxAgeMs }).overdue
        expect(await isOverdue(at)).toBe(false)
        expect(await isOverdue(new Date(at.getTime() + 1))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
