import { describe, expect, it } from 'vitest'
import { occurrences } from './occurrences.ts'

const now = new Date('2026-11-20T12:00:00Z')

describe('occurrences', () => {
  it('are none for an interval and for a manual dataset', async () => {
    expect(await occurrences({ kind: 'interval', intervalMs: 1000 }, now, undefined)).toEqual({})
    expect(await occurrences({ kind: 'manual' }, now, undefined)).toEqual({})
  })

  it('are those around now, and those that follow the last good parcel', async () => {
    const schedule = { kind: 'cron', pattern: '0 3 * * *', timezone: 'UTC' } as const
    expect(await occurrences(schedule, now, new Date('2026-11-17T04:00:00Z'))).toEqual({
      previous: new Date('2026-11-20T03:00:00Z'),
      next: new Date('2026-11-21T03:00:00Z'),
      awaited: { at: new Date('2026-11-18T03:00:00Z'), following: new Date('2026-11-19T03:00:00Z') },
    })
    expect((await occurrences(schedule, now, undefined)).awaited).toBeUndefined()
  })
})
