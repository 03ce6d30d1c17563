import { UnsiloError } from '../../errors.ts'
import { dayMs, formatDuration } from '../../system/duration.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** How often a timer can fire: only what divides an hour or a day evenly can be said by all of cron, systemd and launchd. */
export type Frequency =
  | { unit: 'minutes'; count: number }
  | { unit: 'hours'; count: number }
  /** Once a day. */
  | { unit: 'day' }

const minutes = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30]
const hours = [1, 2, 3, 4, 6, 8, 12]
/** Jobs of once a day run at night. */
const nightHour = 3

/** @throws UnsiloError `usage` for what no timer can do evenly */
export function frequencyOf(everyMs: number): Frequency {
  if (everyMs === dayMs) return { unit: 'day' }
  const count = everyMs / (everyMs < hourMs ? minuteMs : hourMs)
  if (everyMs < hourMs && minutes.includes(count)) return { unit: 'minutes', count }
  if (everyMs >= hourMs && hours.includes(count)) return { unit: 'hours', count }
  const possible = [...minutes.map((n) => n * minuteMs), ...hours.map((n) => n * hourMs), dayMs]
  const near = [possible.findLast((ms) => ms < everyMs), possible.find((ms) => ms > everyMs)].filter(
    (ms) => ms !== undefined,
  )
  throw new UnsiloError('usage', `a timer cannot fire every ${formatDuration(everyMs)}`, {
    hint: `It has to divide an hour or a day: ${near.map((ms) => `"${formatDuration(ms)}"`).join(' or ')}, say.`,
  })
}

/** As systemd writes it (systemd.time(7), "Calendar Events"). */
export function calendarEvent(frequency: Frequency): string {
  switch (frequency.unit) {
    case 'minutes':
      return frequency.count === 1 ? '*-*-* *:*:00' : `*-*-* *:0/${frequency.count}:00`
    case 'hours':
      return frequency.count === 1 ? '*-*-* *:00:00' : `*-*-* 0/${frequency.count}:00:00`
    case 'day':
      return `*-*-* 0${nightHour}:00:00`
  }
}

/** As a crontab writes it (crontab(5)). */
export function cronTimes(frequency: Frequency): string {
  switch (frequency.unit) {
    case 'minutes':
      return frequency.count === 1 ? '* * * * *' : `*/${frequency.count} * * * *`
    case 'hours':
      return frequency.count === 1 ? '0 * * * *' : `0 */${frequency.count} * * *`
    case 'day':
      return `0 ${nightHour} * * *`
  }
}
