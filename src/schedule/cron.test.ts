import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOccurrence, previousOccurrence } from './cron.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe', // The clock changes by half an hour.
  'Asia/Kolkata',
  'Pacific/Apia', // There was no 30 December 2011.
  'Africa/Cairo', // The clock changes at midnight.
  'America/St_Johns', // Until 2011 the clock changed at one minute past midnight.
  'Africa/Casablanca',
]

function at(pattern: string, zone: string, now: string): { previous: string | undefined; next: string | undefined } {
  return {
    previous: previousOccurrence(pattern, zone, new Date(now))?.toISOString(),
    next: nextOccurrence(pattern, zone, new Date(now))?.toISOString(),
  }
}

function* occurrencesBetween(pattern: string, zone: string, from: number, to: number): Generator<Date> {
  for (let time = new Date(from - 1); ;) {
    const next = nextOccurrence(pattern, zone, time)
    if (next === undefined || next.getTime() >= to) return
    yield next
    time = next
  }
}

/** The local days of the given time, but for those that the zone skipped. */
function localDays(zone: string, from: number, to: number): string[] {
  const format = dayFormat(zone)
  const days = new Set<string>()
  for (let time = from; time < to; time += hourMs / 2) days.add(format.format(time))
  return [...days]
}

function dayFormat(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
}

describe('previousOccurrence and nextOccurrence', () => {
  it('count an occurrence at this very millisecond as the previous one', () => {
    const there = '2026-07-01T01:00:00.000Z'
    const dayBefore = '2026-06-30T01:00:00.000Z'
    const dayAfter = '2026-07-02T01:00:00.000Z'
    expect(at('0 3 * * *', 'Europe/Berlin', '2026-07-01T00:59:59.999Z')).toEqual({ previous: dayBefore, next: there })
    for (const now of [there, '2026-07-01T01:00:00.001Z', '2026-07-01T01:00:00.999Z']) {
      expect(at('0 3 * * *', 'Europe/Berlin', now)).toEqual({ previous: there, next: dayAfter })
    }
  })

  it('make up for a time that is skipped in spring, at the end of the gap', () => {
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-03-29T00:59:59Z').next).toBe('2026-03-29T01:00:00.000Z')
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z')).toEqual({
      previous: '2026-03-29T01:00:00.000Z',
      next: '2026-03-30T00:30:00.000Z',
    })
  })

  it('make up for it when the pattern names several times of the day', () => {
    expect(at('30 2,14 * * *', 'Europe/Berlin', '2026-03-29T02:00:00Z')).toEqual({
      previous: '2026-03-29T01:00:00.000Z',
      next: '2026-03-29T12:30:00.000Z',
    })
  })

  it('take the first of a time that occurs twice in autumn, and not the second', () => {
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z')).toEqual({
      previous: '2026-10-25T00:30:00.000Z',
      next: '2026-10-26T01:30:00.000Z',
    })
    expect(at('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:30:00Z').previous).toBe('2026-10-25T00:30:00.000Z')
  })

  it('find the 29 February of another year', () => {
    expect(at('0 0 29 2 *', 'UTC', '2026-05-01T00:00:00Z')).toEqual({
      previous: '2024-02-29T00:00:00.000Z',
      next: '2028-02-29T00:00:00.000Z',
    })
  })

  const year = fc.integer({ min: 2005, max: 2040 })
  const zone = fc.constantFrom(...zones)
  const hour = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 }))
  const minute = fc.constantFrom(0, 1, 15, 30, 59)

  it('come round exactly once on each local day, for a daily pattern', () => {
    fc.assert(
      fc.property(zone, year, hour, minute, (zone, year, hour, minute) => {
        const from = Date.UTC(year, 0, 1)
        const to = Date.UTC(year + 1, 0, 1)
        const format = dayFormat(zone)
        const days = [...occurrencesBetween(`${minute} ${hour} * * *`, zone, from, to)].map((time) =>
          format.format(time),
        )
        expect(new Set(days).size).toBe(days.length)
        // The first and the last local day reach beyond the year in UTC.
        const inside = localDays(zone, from + dayMs, to - dayMs)
        expect(inside.filter((day) => !days.includes(day))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('come round exactly once on the days on which the clock changes', () => {
    const changes: [string, string, string][] = [
      ['Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'],
      ['Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'],
      ['America/New_York', '2026-03-07T12:00:00Z', '2026-03-09T12:00:00Z'],
      ['America/New_York', '2026-10-31T12:00:00Z', '2026-11-02T12:00:00Z'],
      ['Australia/Lord_Howe', '2026-04-03T12:00:00Z', '2026-04-06T12:00:00Z'],
      ['Australia/Lord_Howe', '2026-10-02T12:00:00Z', '2026-10-05T12:00:00Z'],
      ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-25T12:00:00Z'],
      ['Africa/Cairo', '2026-10-29T12:00:00Z', '2026-10-31T12:00:00Z'],
      ['Pacific/Apia', '2011-12-28T12:00:00Z', '2012-01-01T12:00:00Z'],
      ['America/St_Johns', '2010-11-06T12:00:00Z', '2010-11-08T12:00:00Z'],
    ]
    for (const [zone, first, last] of changes) {
      const [from, to] = [Date.parse(first), Date.parse(last)]
      for (let quarter = 0; quarter < 96; quarter++) {
        const pattern = `${(quarter % 4) * 15} ${Math.floor(quarter / 4)} * * *`
        const days = [...occurrencesBetween(pattern, zone, from - dayMs, to + dayMs)].map((time) =>
          dayFormat(zone).format(time),
        )
        const wanted = localDays(zone, from, to)
        expect([zone, pattern, days.filter((day) => wanted.includes(day))]).toEqual([zone, pattern, wanted])
      }
    }
  })

  it('come round once in each real hour, for an hourly pattern', () => {
    fc.assert(
      fc.property(
        zone,
        fc.integer({ min: 2012, max: 2040 }),
        fc.nat({ max: 364 }),
        minute,
        (zone, year, day, minute) => {
          const from = Date.UTC(year, 0, day)
          const times = [...occurrencesBetween(`${minute} * * * *`, zone, from, from + 20 * dayMs)]
          const gaps = new Set(times.slice(1).map((time, index) => time.getTime() - times[index]!.getTime()))
          // Lord Howe's clock changes by half an hour, so the local minute comes after one real half hour or one and a half.
          gaps.delete(hourMs)
          if (zone === 'Australia/Lord_Howe') for (const half of [0.5, 1.5]) gaps.delete(half * hourMs)
          expect([...gaps]).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('lie around now, with no other occurrence in between', () => {
    const pattern = fc.constantFrom(
      '30 2 * * *',
      '*/20 * * * *',
      '0 0 * * MON',
      '15 1,13 * * *',
      '0 0 L * *',
      '5 2 * * 1-5',
    )
    const now = fc.date({ min: new Date('2005-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zone, pattern, now, (zone, pattern, now) => {
        const previous = previousOccurrence(pattern, zone, now)!
        const next = nextOccurrence(pattern, zone, now)!
        expect(previous <= now && now < next).toBe(true)
        expect(nextOccurrence(pattern, zone, previous)).toEqual(next)
        expect(previousOccurrence(pattern, zone, new Date(next.getTime() - 1))).toEqual(previous)
      }),
      { numRuns: 300 },
    )
  })
})
