import { UnsiloError } from '../errors.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
const weekMs = 7 * dayMs
// About a thousand years. A longer one would carry dates past what `Date` can hold.
const longestMs = 365_000 * dayMs

// The units and the grammar are export_manager's (its _interval.py): parts in any order, commas optional.
const unitMs: Record<string, number> = {
  w: weekMs,
  wk: weekMs,
  week: weekMs,
  weeks: weekMs,
  d: dayMs,
  day: dayMs,
  days: dayMs,
  h: hourMs,
  hr: hourMs,
  hrs: hourMs,
  hour: hourMs,
  hours: hourMs,
  m: minuteMs,
  min: minuteMs,
  mins: minuteMs,
  minute: minuteMs,
  minutes: minuteMs,
  s: secondMs,
  sec: secondMs,
  secs: secondMs,
  second: secondMs,
  seconds: secondMs,
}
const part = /\s*(\d+)\s*([a-z]+)\s*,?\s*/y

/**
 * Reads a duration such as `1 week`, `5 minutes 3 seconds`, `1 day, 2 hours` or `1w2d3h5m4s`, in ms.
 *
 * @throws UnsiloError `config` for anything else, a unit that stands twice included.
 */
export function parseDuration(text: string): number {
  const seen = new Set<number>()
  let total = 0
  let end = 0
  while (end < text.length) {
    part.lastIndex = end
    const match = part.exec(text)
    const unit = match === null || !Object.hasOwn(unitMs, match[2]!) ? undefined : unitMs[match[2]!]
    if (match === null || unit === undefined || seen.has(unit)) throw notADuration(text)
    seen.add(unit)
    total += Number(match[1]) * unit
    end = part.lastIndex
  }
  if (seen.size === 0) throw notADuration(text)
  if (total > longestMs) {
    throw new UnsiloError('config', `"${text}" is too long`, { hint: 'The longest duration is 365000 days.' })
  }
  return total
}

function notADuration(text: string): UnsiloError {
  return new UnsiloError('config', `"${text}" is not a duration`, {
    hint: 'Write it like "1 day", "90m", "1 day, 2 hours" or "1w2d3h5m4s".',
  })
}

const steps: readonly (readonly [number, string])[] = [
  [dayMs, 'day'],
  [hourMs, 'hour'],
  [minuteMs, 'minute'],
  [secondMs, 'second'],
]

/**
 * Says a duration exactly, in a form that `parseDuration` reads: `30 days`, `1 hour 30 minutes`. Parts of a second are
 * left out.
 *
 * @param parts How many units to name at most, the largest first; smaller ones are left out.
 */
export function formatDuration(ms: number, parts: number = steps.length): string {
  const said: string[] = []
  let rest = ms
  for (const [size, name] of steps) {
    const count = Math.floor(rest / size)
    if (count < 1) continue
    said.push(`${count} ${name}${count === 1 ? '' : 's'}`)
    rest -= count * size
  }
  return said.length === 0 ? '0 seconds' : said.slice(0, parts).join(' ')
}

/** Says a duration in the one unit that a person would use: `3 days`, `1 hour`, `less than a second`. */
export function sayDuration(ms: number): string {
  for (const [size, name] of steps) {
    if (ms < size) continue
    const count = Math.floor(ms / size)
    return `${count} ${name}${count === 1 ? '' : 's'}`
  }
  return 'less than a second'
}
