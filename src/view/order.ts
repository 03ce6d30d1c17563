import type { Json } from './json/json.ts'

/** A value that items are ordered by: a number, or a moment as ISO 8601 in UTC with milliseconds. */
export type OrderValue = string | number

const number = /^-?\d+(?:\.\d+)?$/
const iso =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d(?::\d\d)?)(?<fraction>[.,]\d+)?\s?(?<zone>Z|UTC|[-+]\d\d:?\d\d)?)?$/i
// RFC 5322 ("Mon, 1 Jan 2024 10:00:00 +0000") and asctime with a zone, as Twitter has it ("Mon Jan 01 10:00:00 +0000 2024").
const withWeekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*(?:[-+]\d{4}|GMT|UTC)(?: \d{4})?$/

/**
 * Other texts have no order that could be relied on: "9" and "10", "31/01/2024" and "01/02/2024". Rounding, of large numbers and
 * to milliseconds, makes equal what is near, and never turns an order round.
 */
export function orderOf(json: Json | undefined): OrderValue | undefined {
  if (typeof json !== 'string') return undefined
  if (!json.startsWith('"')) return number.test(json) ? Number(json) : finite(json)
  const text = JSON.parse(json) as string
  return number.test(text) ? Number(text) : momentOf(text)
}

/** Whether `a` is later, or larger; `false` too when the two cannot be compared. */
export function isAfter(a: OrderValue | undefined, b: OrderValue | undefined): boolean {
  return a !== undefined && b !== undefined && typeof a === typeof b && a > b
}

function finite(json: string): number | undefined {
  const value = Number(json)
  return Number.isFinite(value) && /^-?\d/.test(json) ? value : undefined
}

function momentOf(text: string): string | undefined {
  const parts = iso.exec(text)?.groups
  if (parts === undefined) return withWeekday.test(text) ? instant(Date.parse(text)) : undefined
  const { date, time = '00:00', fraction = '', zone = 'Z' } = parts
  const ms = fraction.replace(',', '.').slice(0, 4)
  // A zone is UTC where none is given: all that matters is that one service means the same each time.
  return instant(Date.parse(`${date}T${time}${time.length === 5 ? '' : ms}${/^(?:Z|UTC)$/i.test(zone) ? 'Z' : zone}`))
}

function instant(ms: number): string | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}
