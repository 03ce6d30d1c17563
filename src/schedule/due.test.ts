import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DueInput, dueness } from './due.ts'
import { freshnessOf } from './freshness.ts'
import type { Schedule } from './schedule.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const now = new Date('2026-11-20T12:00:00Z')
const daily: Schedule = { kind: 'interval', intervalMs: dayMs }
const nightly: Schedule = { kind: 'cron', pattern: '0 3 * * *', timezone: 'Europe/Berlin' }
const noFailures = { count: 0 }

function ago(ms: number): Date {
  return new Date(now.getTime() - ms)
}

function lastGoodAgo(ms: number, rest: Partial<DueInput> = {}): DueInput {
  return { schedule: daily, now, lastGood: ago(ms), attempts: noFailures, ...rest }
}

describe('dueness without interval and schedule', () => {
  it('is never due, not even without a parcel', () => {
    expect(dueness({ schedule: { kind: 'manual' }, now, attempts: noFailures })).toEqual({
      due: false,
      because: 'there is no interval and no schedule: it is exported on request only',
    })
  })
})

describe('dueness by an interval', () => {
  it('is due without a good parcel', () => {
    expect(dueness({ schedule: daily, now, attempts: noFailures })).toEqual({
      due: true,
      because: 'there is no good parcel yet',
    })
  })

  it('is due when the last good parcel is as old as the interval', () => {
    expect(dueness(lastGoodAgo(dayMs + 3 * hourMs))).toEqual({
      due: true,
      because: 'the last good parcel is 1 day 3 hours old; the interval is 1 day',
    })
  })

  it('is due up to five minutes early, for timers that wake a little early', () => {
    expect(dueness(lastGoodAgo(dayMs - 5 * minuteMs))).toEqual({
      due: true,
      because:
        'the last good parcel is 23 hours 55 minutes old; the interval is 1 day, and up to 5 minutes early counts',
    })
    expect(dueness(lastGoodAgo(dayMs - 5 * minuteMs - 1)).due).toBe(false)
  })

  it('is early by half of a short interval at most', () => {
    const schedule: Schedule = { kind: 'interval', intervalMs: 4 * minuteMs }
    expect(dueness(lastGoodAgo(2 * minuteMs, { schedule })).due).toBe(true)
    expect(dueness(lastGoodAgo(2 * minuteMs - 1, { schedule })).due).toBe(false)
  })

  it('says when it will be due', () => {
    expect(dueness(lastGoodAgo(3 * hourMs))).toEqual({
      due: false,
      because: 'the last good parcel is 3 hours old; the interval is 1 day',
      nextAt: new Date('2026-11-21T08:55:00Z'),
    })
  })

  const interval = fc.integer({ min: 1000, max: 400 * dayMs })
  const age = fc.integer({ min: 0, max: 1000 * dayMs })

  it('is due from `nextAt` on, and not a millisecond before', () => {
    fc.assert(
      fc.property(interval, age, fc.nat({ max: 2 * dayMs }), (intervalMs, age, later) => {
        const input = lastGoodAgo(age, { schedule: { kind: 'interval', intervalMs } })
        const { due, nextAt } = dueness(input)
        expect(due).toBe(nextAt === undefined)
        if (nextAt === undefined) return
        expect(dueness({ ...input, now: new Date(nextAt.getTime() - 1) }).due).toBe(false)
        expect(dueness({ ...input, now: new Date(nextAt.getTime() + later) }).due).toBe(true)
      }),
    )
  })

  it('stays due until there is a new parcel', () => {
    fc.assert(
      fc.property(interval, age, fc.nat({ max: 1000 * dayMs }), (intervalMs, age, later) => {
        const input = lastGoodAgo(age, { schedule: { kind: 'interval', intervalMs } })
        fc.pre(dueness(input).due)
        expect(dueness({ ...input, now: new Date(now.getTime() + later) }).due).toBe(true)
      }),
    )
  })

  it('exports once per interval however often it is asked, and once after a long sleep', () => {
    const naps = fc.array(fc.oneof(fc.integer({ min: 1, max: hourMs }), fc.integer({ min: 1, max: 30 * dayMs })))
    fc.assert(
      fc.property(fc.integer({ min: 10 * minuteMs, max: 7 * dayMs }), naps, (intervalMs, naps) => {
        let time = now.getTime()
        let lastGood = now
        for (const nap of naps) {
          time += nap
          const input = {
            ...lastGoodAgo(0, { schedule: { kind: 'interval', intervalMs } }),
            lastGood,
            now: new Date(time),
          }
          const sinceMs = time - lastGood.getTime()
          const { due } = dueness(input)
          expect(due).toBe(sinceMs >= intervalMs - 5 * minuteMs)
          if (due) lastGood = new Date(time)
          expect(dueness({ ...input, lastGood }).due).toBe(false)
        }
      }),
    )
  })
})

describe('dueness after failures', () => {
  const failed = (count: number, agoMs: number) => lastGoodAgo(2 * dayMs, { attempts: { count, lastAt: ago(agoMs) } })

  it('waits a sixteenth of the interval after the first, and says so', () => {
    expect(dueness(failed(1, hourMs))).toEqual({
      due: false,
      because:
        'the last good parcel is 2 days old; the interval is 1 day; ' +
        'but the last attempt gave no good parcel, so the next one waits until 2026-11-20 12:30 UTC',
      nextAt: new Date('2026-11-20T12:30:00Z'),
    })
    expect(dueness(failed(1, 1.5 * hourMs)).due).toBe(true)
  })

  it.each([
    [1, 1.5],
    [2, 3],
    [3, 6],
    [4, 12],
    [5, 24],
    [6, 24],
    [1000, 24],
  ])('waits after %i of them for %d hours of a day', (count, hours) => {
    expect(dueness(failed(count, hours * hourMs - 1)).due).toBe(false)
    expect(dueness(failed(count, hours * hourMs)).due).toBe(true)
  })

  it('waits before the first good parcel too', () => {
    const input = { schedule: daily, now, attempts: { count: 2, lastAt: ago(hourMs) } }
    expect(dueness(input).because).toMatch(/^there is no good parcel yet; but the last 2 attempts gave no good parcel/)
  })

  it('names the later of the two times when it is not yet due anyway', () => {
    const input = lastGoodAgo(20 * hourMs, { attempts: { count: 5, lastAt: ago(hourMs) } })
    expect(dueness(input).nextAt).toEqual(new Date('2026-11-21T11:00:00Z'))
  })

  it('does not wait for an attempt that is dated in the future', () => {
    expect(dueness(failed(3, -dayMs)).due).toBe(true)
  })

  it('never waits longer than the interval, nor shorter after one more failure', () => {
    const interval = fc.integer({ min: 1000, max: 400 * dayMs })
    fc.assert(
      fc.property(interval, fc.integer({ min: 1, max: 200 }), (intervalMs, count) => {
        const wait = (failures: number): number => {
          const attempts = { count: failures, lastAt: now }
          const { nextAt } = dueness({ schedule: { kind: 'interval', intervalMs }, now, attempts })
          return nextAt!.getTime() - now.getTime()
        }
        expect(wait(count)).toBeLessThanOrEqual(intervalMs)
        expect(wait(count)).toBeGreaterThan(0)
        expect(wait(count + 1)).toBeGreaterThanOrEqual(wait(count))
      }),
    )
  })
})

describe('dueness under a wrong clock', () => {
  const future = new Date('2031-01-01T00:00:00Z')
  const ahead = 'a parcel dated 2031-01-01 00:00 UTC, ahead of the clock, does not count'

  it('is due when the only good parcel is dated in the future, and says so', () => {
    expect(dueness(lastGoodAgo(0, { lastGood: future }))).toEqual({
      due: true,
      because: `there is no good parcel yet; ${ahead}`,
    })
  })

  it('goes by the newest parcel that is not, so that it does not export again and again', async () => {
    const freshness = await freshnessOf(daily, [future, ago(3 * dayMs), ago(hourMs)], now)
    expect(dueness({ ...freshness, attempts: noFailures })).toEqual({
      due: false,
      because: `the last good parcel is 1 hour old; the interval is 1 day; ${ahead}`,
      nextAt: new Date('2026-11-21T10:55:00Z'),
    })
  })

  it('does not mind a few minutes', () => {
    expect(dueness(lastGoodAgo(-4 * minuteMs)).due).toBe(false)
  })
})

describe('dueness by a cron schedule', () => {
  async function nightlyDue(lastGood: string | undefined, now: string, attempts: DueInput['attempts'] = noFailures) {
    const times = lastGood === undefined ? [] : [new Date(lastGood)]
    return dueness({ ...(await freshnessOf(nightly, times, new Date(now))), attempts })
  }

  it('is due without a good parcel', async () => {
    expect(await nightlyDue(undefined, '2026-11-20T12:00:00Z')).toEqual({
      due: true,
      because: 'there is no good parcel yet',
    })
  })

  it('is due when the schedule came round after the last good parcel', async () => {
    expect(await nightlyDue('2026-11-19T02:00:00Z', '2026-11-20T02:00:00Z')).toEqual({
      due: true,
      because: 'the schedule came round at 2026-11-20 02:00 UTC; the last good parcel is from 2026-11-19 02:00 UTC',
    })
  })

  it('is not due before that, and says when', async () => {
    expect(await nightlyDue('2026-11-19T02:00:00Z', '2026-11-20T01:59:59Z')).toEqual({
      due: false,
      because: 'the last good parcel is from 2026-11-19 02:00 UTC; the schedule comes round at 2026-11-20 02:00 UTC',
      nextAt: new Date('2026-11-20T02:00:00Z'),
    })
  })

  it('waits after failures, but tries each occurrence', async () => {
    const good = '2026-11-10T02:00:00Z'
    const lastAt = new Date('2026-11-19T20:00:00Z')
    const waiting = await nightlyDue(good, '2026-11-19T23:00:00Z', { count: 9, lastAt })
    expect(waiting).toMatchObject({ due: false, nextAt: new Date('2026-11-20T02:00:00Z') })
    expect(await nightlyDue(good, '2026-11-20T02:00:00Z', { count: 9, lastAt })).toMatchObject({ due: true })
    const first = { count: 1, lastAt: new Date('2026-11-20T02:00:10Z') }
    expect(await nightlyDue(good, '2026-11-20T03:30:09Z', first)).toMatchObject({ due: false })
    expect(await nightlyDue(good, '2026-11-20T03:30:10Z', first)).toMatchObject({ due: true })
  })

  it('exports once on each local day, across the days on which the clock changes', async () => {
    const schedule: Schedule = { kind: 'cron', pattern: '30 2 * * *', timezone: 'Europe/Berlin' }
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', dateStyle: 'short' })
    for (const start of ['2026-03-26T12:00:00Z', '2026-10-22T12:00:00Z']) {
      let lastGood = new Date(start)
      const days: string[] = []
      for (let time = lastGood.getTime(); time < Date.parse(start) + 6 * dayMs; time += 10 * minuteMs) {
        const freshness = await freshnessOf(schedule, [lastGood], new Date(time))
        if (!dueness({ ...freshness, attempts: noFailures }).due) continue
        lastGood = new Date(time)
        days.push(format.format(time))
      }
      expect(days).toHaveLength(6)
      expect(new Set(days).size).toBe(6)
    }
  })

  it('is not due again right after an export, and once only after a long sleep', async () => {
    const patterns = fc.constantFrom('0 3 * * *', '*/15 * * * *', '0 9 * * MON', '30 2,14 * * 1-5')
    const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    await fc.assert(
      fc.asyncProperty(patterns, times, fc.nat({ max: 400 * dayMs }), async (pattern, asleep, sleepMs) => {
        const schedule: Schedule = { kind: 'cron', pattern, timezone: 'America/New_York' }
        const awake = new Date(asleep.getTime() + sleepMs)
        const before = await freshnessOf(schedule, [asleep], awake)
        const { next, previous, awaited } = before.occurrences!
        expect(dueness({ ...before, attempts: noFailures }).due).toBe(previous! > asleep)
        expect(awaited!.at <= awake).toBe(previous! > asleep)
        for (const later of [awake, new Date(next!.getTime() - 1)]) {
          const after = await freshnessOf(schedule, [asleep, awake], later)
          expect(dueness({ ...after, attempts: noFailures })).toMatchObject({ due: false, nextAt: next })
        }
      }),
    )
  })
})
