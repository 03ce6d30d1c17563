import { dayMs } from '../system/duration.ts'

/** The units of the calendar that parcels are grouped by, the smallest first. */
export const calendarUnits = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
export type CalendarUnit = (typeof calendarUnits)[number]

/** Names the hour, day, week, month or year of a local time: `2026-11-20`, `2026-W47`. */
export const bucketName: Record<CalendarUnit, (localTime: string) => string> = {
  hourly: (localTime) => `${localTime.slice(0, 13).replace('T', ' ')}:00`,
  daily: (localTime) => localTime.slice(0, 10),
  weekly: (localTime) => isoWeek(localTime.slice(0, 10)),
  monthly: (localTime) => localTime.slice(0, 7),
  yearly: (localTime) => localTime.slice(0, 4),
}

/** ISO 8601: a week begins on Monday, and belongs to the year that its Thursday is in. */
function isoWeek(day: string): string {
  const ms = Date.parse(day)
  const thursday = new Date(ms + (4 - (new Date(ms).getUTCDay() || 7)) * dayMs)
  const year = thursday.toISOString().slice(0, 4)
  const daysBefore = (thursday.getTime() - Date.parse(year)) / dayMs
  return `${year}-W${String(Math.floor(daysBefore / 7) + 1).padStart(2, '0')}`
}

/**
 * What clocks show in a time zone, as `2026-11-20T03:00:00`. Fastest for times in order, many on a day.
 *
 * @param timezone `undefined`: the machine's.
 */
export function localTimes(timezone: string | undefined): (time: Date) => string {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' })
  const offsetAt = (ms: number): number => offsetMs(format.format(ms))
  let day = NaN
  let offsetOfDay: number | undefined
  return (time) => {
    const ms = time.getTime()
    if (Math.floor(ms / dayMs) !== day) {
      day = Math.floor(ms / dayMs)
      // No zone changes its clock and changes it back within a day.
      const atStart = offsetAt(day * dayMs)
      offsetOfDay = atStart === offsetAt((day + 1) * dayMs) ? atStart : undefined
    }
    return new Date(ms + (offsetOfDay ?? offsetAt(ms))).toISOString().slice(0, 19)
  }
}

/** Reads the end of `11/20/2026, GMT+01:00`. Offsets from before standard time have seconds. */
function offsetMs(text: string): number {
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)
  if (match === null) return 0
  const [, sign, hours, minutes, seconds = '0'] = match
  return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}
