import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshnessOf } from './freshness.ts'
import { type Overdue, overdue } from './overdue.ts'
import type { Schedule } from './schedule.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = new Date('2026-11-20T12:00:00Z')
const manual: Schedule = { kind: 'manual' }
const daily: Schedule = { kind: 'interval', intervalMs: dayMs }
const nightly: Schedule = { kind: 'cron', pattern: '0 3 * * *', timezone: 'UTC' }

async function judge(schedule: Schedule, goodTimes: (Date | string)[], maxAgeMs?: number): Promise<Overdue> {
  const times = goodTimes.map((time) => new Date(time))
  return overdue({ ...(await freshnessOf(schedule, times, now)), maxAgeMs })
}

function ago(ms: number): Date {
  return new Date(now.getTime() - ms)
}

describe('overdue', () => {
  it('is never the case for a manual dataset without max_age', async () => {
    for (const times of [[], ['2001-01-01T00:00:00Z']]) {
      expect(await judge(manual, times)).toEqual({
        overdue: false,
        because: 'there is no interval, no schedule and no max_age',
        fact: 'there is no interval, no schedule and no max_age',
      })
    }
  })

  it('goes by max_age before all', async () => {
    expect(await judge(manual, [ago(3 * dayMs)], 2 * dayMs)).toEqual({
      overdue: true,
      sinceMs: dayMs,
      because: 'the last good parcel is 3 days old; max_age is 2 days',
      fact: 'the last good parcel is from 2026-11-17 12:00 UTC; max_age is 2 days',
    })
    for (const schedule of [daily, nightly]) {
      expect(await judge(schedule, [ago(3 * dayMs)], 3 * dayMs)).toMatchObject({ overdue: false })
      expect(await judge(schedule, [ago(2 * hourMs)], hourMs)).toMatchObject({ overdue: true, sinceMs: hourMs })
    }
  })

  it('leaves an interval a quarter of itself', async () => {
    expect(await judge(daily, [ago(30 * hourMs)])).toEqual({
      overdue: false,
      because: 'the last good parcel is 1 day 6 hours old; the interval is 1 day',
      fact: 'the last good parcel is from 2026-11-19 06:00 UTC; the interval is 1 day',
    })
    expect(await judge(daily, [ago(32 * hourMs)])).toMatchObject({ overdue: true, sinceMs: 2 * hourMs })
  })

  it('leaves a cron schedule a quarter of the time to the next occurrence', async () => {
    const evening: Schedule = { ...nightly, pattern: '30 6 * * *' }
    expect(await judge(evening, ['2026-11-19T06:30:00Z'])).toMatchObject({ overdue: false })
    expect(await judge(nightly, ['2026-11-19T03:00:00Z'])).toEqual({
      overdue: true,
      sinceMs: 3 * hourMs,
      because: 'the last good parcel is 1 day 9 hours old; the next one was scheduled for 2026-11-20 03:00 UTC',
      fact: 'the last good parcel is from 2026-11-19 03:00 UTC; the next one was scheduled for 2026-11-20 03:00 UTC',
    })
    expect(await judge(nightly, ['2026-11-20T03:00:00Z'])).toMatchObject({ overdue: false })
  })

  it('counts from the first occurrence that was missed, not from the last', async () => {
    // 10:00 has just come round, and is within its own time of grace.
    const schedule: Schedule = { ...nightly, pattern: '0 10 * * *' }
    expect(await judge(schedule, ['2026-11-10T10:00:00Z'])).toMatchObject({
      overdue: true,
      sinceMs: 9 * dayMs + 2 * hourMs - 6 * hourMs,
    })
  })

  it('is the case for a scheduled dataset that has no good parcel', async () => {
    for (const schedule of [daily, nightly]) {
      const none = 'there is no good parcel yet'
      expect(await judge(schedule, [])).toEqual({ overdue: true, because: none, fact: none })
    }
    expect(await judge(manual, [], dayMs)).toMatchObject({ overdue: true })
  })

  it('is not hidden by a parcel that is dated in the future', async () => {
    const { overdue, because } = await judge(daily, ['2031-01-01T00:00:00Z', ago(3 * dayMs)])
    expect(overdue).toBe(true)
    expect(because).toBe(
      'the last good parcel is 3 days old; the interval is 1 day; ' +
        'a parcel dated 2031-01-01 00:00 UTC, ahead of the clock, does not count',
    )
  })

  it('lasts, and grows, until there is a new good parcel', async () => {
    const schedules = fc.constantFrom<Schedule>(daily, nightly, { ...nightly, pattern: '0 9,10 * * 1-5' })
    const span = fc.nat({ max: 30 * dayMs })
    await fc.assert(
      fc.asyncProperty(schedules, span, span, async (schedule, age, laterMs) => {
        const early = overdue(await freshnessOf(schedule, [ago(age)], now))
        fc.pre(early.overdue)
        const later = overdue(await freshnessOf(schedule, [ago(age)], new Date(now.getTime() + laterMs)))
        expect(later.sinceMs).toBe(early.sinceMs! + laterMs)
      }),
    )
  })

  it('never comes while exports are made as soon as they are due', async () => {
    const schedules = fc.constantFrom<Schedule>(nightly, { ...nightly, pattern: '0 9,10 * * 1-5' })
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    await fc.assert(
      fc.asyncProperty(schedules, moments, async (schedule, moment) => {
        const { occurrences } = await freshnessOf(schedule, [], moment)
        expect(overdue(await freshnessOf(schedule, [occurrences!.previous!], moment)).overdue).toBe(false)
      }),
    )
  })
})
