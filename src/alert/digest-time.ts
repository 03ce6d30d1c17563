export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
type Weekday = (typeof weekdays)[number]

/** When a digest is sent, by the clock of the machine's time zone. */
export interface DigestTime {
  every: 'daily' | 'weekly'
  hour: number
  minute: number
  /** Of a weekly one. */
  weekday: Weekday
}

/** The last time, up to and including `now`, that a digest was to be sent. */
export function lastDigestTime({ every, hour, minute, weekday }: DigestTime, now: Date): Date {
  const at = (daysBack: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBack, hour, minute)
  const isIt = (date: Date): boolean =>
    date <= now && (every === 'daily' || date.getDay() === weekdays.indexOf(weekday))
  for (let daysBack = 0; daysBack <= 7; daysBack++) {
    const date = at(daysBack)
    if (isIt(date)) return date
  }
  return at(8)
}
