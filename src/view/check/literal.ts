import { UnsiloError } from '../../errors.ts'
import { sqlText } from '../sql-text.ts'

/** Types of numbers, as DuckDB writes them. */
function isNumber(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*|BIGNUM)$/.test(type)
}

const isTime = (type: string): boolean => /^(?:TIMESTAMP|DATE)/.test(type)

/** As dates and times begin that DuckDB reads: with a zone, or in UTC. */
const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** What a bound is, and what values are compared as. */
export function kindOf(bound: string | number): 'number' | 'time' | 'text' {
  if (typeof bound === 'number') return 'number'
  return bound === 'now' || time.test(bound) ? 'time' : 'text'
}

/** The text of a bound that is a date or a time; `undefined`: it is something else. @throws UnsiloError `query` for 30 February */
export function momentOf(bound: unknown): string | undefined {
  if (typeof bound !== 'string' || !time.test(bound)) return undefined
  if (isThere(bound)) return bound
  throw new UnsiloError('query', `there is no such date or time: "${bound}"`, {
    hint: 'Write it like "2026-03-01" or "2026-03-01T18:00Z".',
  })
}

/** Days are those of the calendar: there is no 30 February. */
function isThere(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  const [, hours = '0', minutes = '0', seconds = '0'] = /[T ](\d\d):(\d\d)(?::(\d\d))?/.exec(text) ?? []
  return isDay && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60
}

/**
 * A column, and a bound that its values are compared with, both in SQL and of one type. A value of the column that has none in that
 * type is NULL.
 *
 * @param value The column in SQL.
 * @throws UnsiloError `query` when they cannot be compared
 */
export function literal(
  value: string,
  type: string,
  bound: string | number,
  column: string,
  now: Date,
): { compared: string; limit: string } {
  const text = bound === 'now' ? now.toISOString() : bound
  if (typeof text === 'number') {
    if (isNumber(type)) return { compared: value, limit: String(text) }
    if (type === 'VARCHAR' || type === 'JSON') {
      return { compared: `TRY_CAST(CAST(${value} AS VARCHAR) AS DOUBLE)`, limit: String(text) }
    }
  } else if (momentOf(text) !== undefined) {
    if (isTime(type) || type === 'VARCHAR') {
      // As a time with a zone: one without is in UTC, as the connection is.
      return { compared: `TRY_CAST(${value} AS TIMESTAMPTZ)`, limit: `CAST(${sqlText(text)} AS TIMESTAMPTZ)` }
    }
  } else if (type === 'VARCHAR') return { compared: value, limit: sqlText(text) }
  throw new UnsiloError('query', `${column} is of type ${type}, and ${JSON.stringify(bound)} is not`, {
    hint: isNumber(type)
      ? `Write a number, or make the column a time: [views.NAME.columns] ${column} = "${column} :: epoch".`
      : 'Write the bound in the type of the column, or give the column another type in `columns`.',
  })
}

/** A value in the type of the column, in SQL. @throws UnsiloError `query` where it has none in it */
export function inType(value: string | number | boolean, type: string, column: string): string {
  const text = sqlText(String(value))
  if (type === 'VARCHAR' || type === 'JSON') return text
  const isSame = isNumber(type) ? typeof value === 'number' : type !== 'BOOLEAN' || typeof value === 'boolean'
  if (isSame) return `CAST(${text} AS ${type})`
  throw new UnsiloError('query', `${column} is of type ${type}, and ${JSON.stringify(value)} is not`, {
    hint: 'Write the values in the type of the column, or give the column another type in `columns`.',
  })
}
