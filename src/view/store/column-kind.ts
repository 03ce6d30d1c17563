import type { ColumnType } from '../definition.ts'
import type { RawValue } from './raw-json.ts'

/** How a column is stored. `whole` is for whole numbers of more than 64 bits, up to 38 digits. */
export type StoredType = 'text' | 'integer' | 'whole' | 'number' | 'boolean' | 'timestamp' | 'date' | 'json'

const longestWhole = 38
const largest = 2n ** 63n

/** What the values of a column have been so far; says how the column is best stored without losing any of them. */
export class ColumnKind {
  #hasText = false
  #hasNested = false
  #hasBoolean = false
  #hasWhole = false
  #hasFraction = false
  /** A whole number that a double cannot hold, one of more than 64 bits, a number that neither holds. */
  #isBeyondDouble = false
  #isBeyondInteger = false
  #isBeyondAll = false

  add(kind: RawValue['kind'], raw: string): void {
    if (kind === 'text') this.#hasText = true
    else if (kind === 'nested') this.#hasNested = true
    else if (kind === 'boolean') this.#hasBoolean = true
    else if (kind === 'number') this.#addNumber(raw)
  }

  #addNumber(raw: string): void {
    if (!/^-?\d+$/.test(raw)) {
      this.#hasFraction = true
      if (!Number.isFinite(Number(raw))) this.#isBeyondAll = true
      return
    }
    this.#hasWhole = true
    if (raw.length < 16) return
    if (!Number.isSafeInteger(Number(raw))) this.#isBeyondDouble = true
    if (!isInteger(raw)) this.#isBeyondInteger = true
    if (raw.replace('-', '').length > longestWhole) this.#isBeyondAll = true
  }

  get type(): StoredType {
    if (this.#hasNested) return 'json'
    const hasNumber = this.#hasWhole || this.#hasFraction
    if (this.#hasBoolean) return this.#hasText || hasNumber ? 'text' : 'boolean'
    if (this.#hasText || !hasNumber || this.#isBeyondAll) return 'text'
    if (this.#hasFraction) return this.#isBeyondDouble ? 'text' : 'number'
    return this.#isBeyondInteger ? 'whole' : 'integer'
  }
}

function isInteger(digits: string): boolean {
  const value = BigInt(digits)
  return value >= -largest && value < largest
}

/** How a column of a configured type is stored. */
export function storedTypeOf(type: ColumnType): StoredType {
  return type === 'epoch' || type === 'epoch-ms' ? 'timestamp' : type
}

/** The text that a value is stored as in a column of a configured type; `undefined` when it is none of that type. */
export function convert(type: Exclude<ColumnType, 'text' | 'json'>, given: string): string | undefined {
  const text = given.trim()
  switch (type) {
    case 'integer':
      return convertInteger(text)
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? text : undefined
    case 'boolean':
      if (/^(?:true|yes|1)$/i.test(text)) return 'true'
      return /^(?:false|no|0)$/i.test(text) ? 'false' : undefined
    case 'timestamp':
      return convertTime(text)
    case 'date':
      return convertTime(text)?.slice(0, 10)
    case 'epoch':
      return convertEpoch(text, 1)
    case 'epoch-ms':
      return convertEpoch(text, 1000)
  }
}

function convertInteger(text: string): string | undefined {
  const digits = /^(?<sign>[+-]?)(?<digits>\d+)(?:\.0*)?$/.exec(text)?.groups
  if (digits === undefined) return undefined
  const whole = `${digits['sign'] === '-' ? '-' : ''}${digits['digits']}`
  return isInteger(whole) ? whole : undefined
}

const basicTime = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/
const isoTime =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d(?::\d\d)?)(?<fraction>\.\d+)?\s?(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/i

const mailTime = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|UT|Z|[+-]\d{4})$/
/** As Twitter has it: "Mon Jan 01 10:00:00 +0000 2024". */
const cTime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4}) \d{4}$/

/**
 * ISO 8601, also without separators as iCalendar has it, dates of mails (RFC 5322) and of C with a zone; without one it is UTC. In
 * UTC, to the microsecond.
 */
function convertTime(text: string): string | undefined {
  const extended = text.replace(basicTime, (_, year: string, month: string, day: string, ...time: string[]) =>
    time[0] === undefined ? `${year}-${month}-${day}` : `${year}-${month}-${day}T${time.slice(0, 3).join(':')}`,
  )
  const parts = isoTime.exec(extended)?.groups
  if (parts === undefined) {
    return mailTime.test(text) || cTime.test(text) ? timeText(Date.parse(text)) : undefined
  }
  const { date, time = '00:00', fraction = '', zone: named = 'Z' } = parts
  const zone = /^[A-Z]/i.test(named) ? 'Z' : named
  const offset = zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const seconds = timeText(Date.parse(`${date}T${time}${offset.toUpperCase()}`))
  // A day that does not exist, as 2023-02-30, is another one for Date.
  if (seconds === undefined || !isDay(date!)) return undefined
  return `${seconds}${fraction.slice(0, 7)}`
}

function isDay(date: string): boolean {
  return timeText(Date.parse(`${date}T00:00Z`))?.startsWith(date) === true
}

/** @param perSecond 1 for seconds since 1970, 1000 for milliseconds. */
function convertEpoch(text: string, perSecond: number): string | undefined {
  if (!/^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(text)) return undefined
  const micros = Math.round((Number(text) / perSecond) * 1e6)
  const seconds = timeText(Math.floor(micros / 1e6) * 1000)
  if (seconds === undefined) return undefined
  const fraction = ((micros % 1e6) + 1e6) % 1e6
  return fraction === 0 ? seconds : `${seconds}.${String(fraction).padStart(6, '0')}`
}

function timeText(ms: number): string | undefined {
  // Years of more than four digits are a mistake of the unit, nearly always.
  if (!(Math.abs(ms) < 8.64e15)) return undefined
  const iso = new Date(ms).toISOString()
  return /^\d{4}-/.test(iso) ? iso.slice(0, 19).replace('T', ' ') : undefined
}
