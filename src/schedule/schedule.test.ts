import { describe, expect, it } from 'vitest'
import { scheduleOf } from './schedule.ts'

describe('scheduleOf', () => {
  it('reads an interval', () => {
    expect(scheduleOf({ interval: '1 day' })).toEqual({ kind: 'interval', intervalMs: 86_400_000 })
  })

  it('reads a cron schedule in its time zone', () => {
    expect(scheduleOf({ schedule: '0 3 * * *', timezone: 'Asia/Kolkata' })).toEqual({
      kind: 'cron',
      pattern: '0 3 * * *',
      timezone: 'Asia/Kolkata',
    })
  })

  it('takes the time zone of the machine when none is given', () => {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
    expect(scheduleOf({ schedule: '0 3 * * *' })).toEqual({ kind: 'cron', pattern: '0 3 * * *', timezone })
  })

  it('is manual without either', () => {
    expect(scheduleOf({})).toEqual({ kind: 'manual' })
    expect(scheduleOf({ timezone: 'Europe/Berlin' })).toEqual({ kind: 'manual' })
  })

  it.each([
    [{ interval: '1 day', schedule: '0 3 * * *' }, '`interval` and `schedule` exclude each other'],
    [{ interval: 'daily' }, '"daily" is not a duration'],
    [{ interval: '0 s' }, '`interval` must be longer than nothing'],
    [{ schedule: '0 25 * * *' }, '"0 25 * * *" is not a schedule: hour 25 is not between 0 and 23'],
    [{ schedule: '0 3 * * *', timezone: 'Mars/Olympus' }, '"Mars/Olympus" is not a known time zone'],
    [{ interval: '1 day', timezone: '' }, '"" is not a known time zone'],
  ])('refuses %j, with a hint', (keys, message) => {
    expect(() => scheduleOf(keys)).toThrow(
      expect.objectContaining({ name: 'UnsiloError', code: 'config', message, hint: expect.stringMatching(/\.$/) }),
    )
  })
})
