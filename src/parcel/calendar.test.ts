import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketName, calendarUnits, localTimes } from './calendar.ts'

function buckets(zone: string, time: string): string[] {
  const local = localTimes(zone)(new Date(time))
  return calendarUnits.map((unit) => bucketName[unit](local))
}

describe('bucketName', () => {
  it('goes by the local calendar', () => {
    expect(buckets('UTC', '2026-11-20T23:30:00Z')).toEqual([
      '2026-11-20 23:00',
      '2026-11-20',
      '2026-W47',
      '2026-11',
      '2026',
    ])
    expect(buckets('Asia/Kolkata', '2026-12-31T23:30:00Z')).toEqual([
      '2027-01-01 05:00',
      '2027-01-01',
      '2026-W53',
      '2027-01',
      '2027',
    ])
    expect(buckets('America/St_Johns', '2026-03-01T02:00:00Z')[1]).toBe('2026-02-28')
  })

  it.each([
    ['2026-01-01', '2026-W01'],
    ['2026-11-22', '2026-W47'],
    ['2026-11-23', '2026-W48'],
    ['2024-12-30', '2025-W01'],
    ['2027-01-03', '2026-W53'],
    ['2023-01-01', '2022-W52'],
  ])('puts %s into the ISO week %s', (day, week) => {
    expect(bucketName.weekly(`${day}T12:00:00`)).toBe(week)
  })

  it('changes the week on Mondays only', () => {
    const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(day, (today) => {
        const tomorrow = new Date(today.getTime() + 86_400_000)
        const isSame = bucketName.weekly(today.toISOString()) === bucketName.weekly(tomorrow.toISOString())
        expect(isSame).toBe(tomorrow.getUTCDay() !== 1)
      }),
    )
  })
})

describe('localTimes', () => {
  it('agrees with what Intl shows', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Pacific/Apia',
      'Asia/Kathmandu',
      'Africa/Monrovia',
    )
    const times = fc.date({ min: new Date('1905-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zones, times, (timeZone, time) => {
        // The Swedish form is ISO 8601 but for the T.
        const shown = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(time)
        expect(localTimes(timeZone)(time).replace('T', ' ')).toBe(shown)
      }),
    )
  })

  it('takes the zone of the machine when none is given', () => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    const time = new Date('2026-07-01T12:00:00Z')
    expect(localTimes(undefined)(time)).toBe(localTimes(timeZone)(time))
  })
})
