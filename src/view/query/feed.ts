import { UnsiloError } from '../../errors.ts'
import type { ViewDefinition } from '../definition.ts'
import { sqlName, sqlText } from '../sql-text.ts'
import type { CellType } from './cell.ts'

interface Column {
  name: string
  type: CellType
}

export type Feed = NonNullable<ViewDefinition['feed']>

/**
 * SQL that gives the items of a feed as `key`, `time`, `title`, `text`, `url` and `absent`.
 *
 * @param columns Those that its table has; none for a view of which nothing was ever seen.
 * @throws UnsiloError `config` when it has not those that the feed names
 */
export function feedSelect(table: string, feed: Feed, columns: readonly Column[]): string {
  const find = (name: string | undefined): Column | undefined => {
    if (name === undefined) return undefined
    // In SQL, upper and lower case are the same.
    return columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
  }
  const [time, title, text] = [find(feed.time), find(feed.title), find(feed.text)]
  const isEmpty = columns.every(({ name }) => name.startsWith('_'))
  if (!isEmpty && time === undefined) throw noColumn(`feed.time = "${feed.time}"`, columns)
  if (!isEmpty && title === undefined && text === undefined) {
    throw noColumn('feed.title or feed.text that there is', columns)
  }
  const fields = [
    `${time === undefined ? 'NULL::TIMESTAMP' : timeOf(time)} AS time`,
    `${textOf(title)} AS title`,
    `${textOf(text)} AS text`,
    `${textOf(find(feed.url))} AS url`,
  ]
  return `SELECT _key AS key, ${fields.join(', ')}, _absent_since AS absent FROM ${table}`
}

function noColumn(what: string, columns: readonly Column[]): UnsiloError {
  const names = columns.map(({ name }) => name).filter((name) => !name.startsWith('_'))
  return new UnsiloError('config', `there is no column for ${what}`, { hint: `There are: ${names.join(', ')}.` })
}

function textOf(column: Column | undefined): string {
  if (column === undefined) return 'NULL::VARCHAR'
  const name = sqlName(column.name)
  return column.type.alias === 'JSON' ? jsonText(name) : `${name}::VARCHAR`
}

/**
 * JSON as text to look through: of a text its characters; of lists and objects all that they hold, with no character of it escaped
 * that JSON could not do without. JSON never holds `chr(1)` itself: it stands in for a backslash.
 */
function jsonText(column: string): string {
  const text = `(${column} ->> '$')`
  const onOneLine = String.raw`regexp_replace(replace(${text}, '\\', chr(1)), '\\[nrt]', ' ', 'g')`
  const plain = String.raw`replace(replace(${onOneLine}, '\"', '"'), chr(1), '\')`
  return `CASE WHEN json_type(${column}) IN ('ARRAY', 'OBJECT') THEN ${plain} ELSE ${text} END`
}

/** Besides ISO 8601, which is read as it is: mails and feeds (RFC 5322), iCalendar. */
const formats = [
  '%a, %d %b %Y %H:%M:%S %z',
  '%a, %d %b %Y %H:%M:%S %Z',
  '%d %b %Y %H:%M:%S %z',
  '%Y%m%dT%H%M%SZ',
  '%Y%m%d',
]

/** A column as a time in UTC, whatever it is stored as; NULL where it says none. */
function timeOf({ name, type }: Column): string {
  const column = sqlName(name)
  const stored = String(type)
  if (/^(?:TIMESTAMP|DATE)/.test(stored)) return `${column}::TIMESTAMP`
  if (stored === 'VARCHAR') {
    const formatted = `try_strptime(${column}, [${formats.map(sqlText).join(', ')}])::TIMESTAMP`
    const iso = `CASE WHEN ${column} LIKE '____-__-__%' THEN (TRY_CAST(${column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC') END`
    return `coalesce(${iso}, ${epochOf(`TRY_CAST(${column} AS DOUBLE)`)}, ${formatted})`
  }
  return epochOf(`TRY_CAST(${column} AS DOUBLE)`)
}

/** Numbers since 1970: what would be thousands of years as seconds is in milliseconds, or in microseconds. */
function epochOf(number: string): string {
  const micros = `CASE WHEN abs(${number}) < 1e11 THEN ${number} * 1e6 WHEN abs(${number}) < 1e14 THEN ${number} * 1e3
    WHEN abs(${number}) < 1e17 THEN ${number} END`
  return `make_timestamp((${micros})::BIGINT)`
}
