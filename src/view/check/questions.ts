import { sayPercent } from '../../system/percent.ts'
import { sqlName, sqlText } from '../sql-text.ts'
import { inType, kindOf, literal } from './literal.ts'
import type { CheckConfig } from './config.ts'
import { type Rule, columnRules } from './rule.ts'
import { type TableShape, columnNamed } from './table-shape.ts'

/** One rule of a check, as questions in SQL. */
export interface RuleQuestion {
  /** One row: how many rows, or groups, are looked at, and how many of them are wrong. */
  count: string
  /** Some that are wrong, in a column of text. */
  examples: string
  /** What is looked at: `rows`, or `groups by form`; `undefined`: the view as a whole. */
  what: string | undefined
  /** What is wrong with those that are, as in `have no value in created`; of the whole, a sentence. */
  wrong: string
}

/** Rules of a check about a column, in the order in which they are told. */
export function rulesOf(check: CheckConfig): Rule[] {
  if (check.sql !== undefined) return ['sql']
  const rules: Rule[] = columnRules.filter((rule) => check[rule] !== undefined && check[rule] !== false)
  return check.rows === undefined ? rules : [...rules, 'rows']
}

/** The rows that a check is about. */
function rowsOf({ where, with_absent: withAbsent }: CheckConfig, { table }: TableShape): string {
  const conditions = [
    ...(withAbsent === true ? [] : ['_absent_since IS NULL']),
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ]
  return `SELECT * FROM ${table}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`
}

/**
 * A rule about the values of a column.
 *
 * @param now What "now" is.
 * @throws UnsiloError `query` for a column that is not there, or a bound of another type than it has
 */
export function columnQuestion(
  rule: Exclude<Rule, 'rows' | 'sql' | 'decrypt'>,
  name: string,
  check: CheckConfig,
  shape: TableShape,
  now: Date,
): RuleQuestion {
  const column = columnNamed(check.column ?? name, shape)
  const type = shape.columns.get(column)!
  const value = sqlName(column)
  const rows = rowsOf(check, shape)
  const text = `CAST(${value} AS VARCHAR)`
  const each = (condition: string, wrong: string, from = rows): RuleQuestion => ({
    count: `SELECT count(*), count(*) FILTER (WHERE ${condition}) FROM (${from})`,
    examples: `SELECT _key FROM (${from}) WHERE ${condition} ORDER BY _key`,
    what: 'rows',
    wrong,
  })
  switch (rule) {
    case 'not_null':
      return each(`${value} IS NULL`, `have no ${column}`)
    case 'unique': {
      const others = Array.isArray(check.unique) ? check.unique.map((other) => columnNamed(other, shape)) : []
      const columns = [...new Set([column, ...others])]
      const counted = `count(*) OVER (PARTITION BY ${columns.map(sqlName).join(', ')}) AS unsilo_same`
      const from = `SELECT *, ${counted} FROM (${rows}) WHERE ${value} IS NOT NULL`
      return each('unsilo_same > 1', `share their ${columns.join(' and ')} with another one`, from)
    }
    case 'min':
    case 'max': {
      const bound = check[rule]!
      const { compared, limit } = literal(value, type, bound, column, now)
      const side = rule === 'min' ? 'below' : 'above'
      // What cannot be read as what the bound is may be anywhere; beside a `min` that says so already, `max` need not.
      const isTold = rule === 'max' && check.min !== undefined && kindOf(check.min) === kindOf(bound)
      const condition = `${value} IS NOT NULL AND coalesce(${compared} ${side === 'below' ? '<' : '>'} ${limit}, ${!isTold})`
      const mayBeElse = !isTold && kindOf(bound) !== 'text' && (type === 'VARCHAR' || type === 'JSON')
      const orElse = mayBeElse ? `, or no ${kindOf(bound)} there` : ''
      return each(condition, `have ${column} ${side} ${String(bound)}${orElse}`)
    }
    case 'values': {
      const known = check.values!.map((one) => inType(one, type, column))
      return each(
        `${value} IS NOT NULL AND ${type === 'JSON' ? text : value} NOT IN (${known.join(', ')})`,
        `have a value of ${column} that is not listed`,
      )
    }
    case 'pattern':
      return each(
        `${value} IS NOT NULL AND NOT regexp_matches(${text}, ${sqlText(check.pattern!)})`,
        `have a value of ${column} that does not match ${check.pattern!}`,
      )
    case 'missing':
      return missingQuestion(column, check, shape)
  }
}

function missingQuestion(column: string, check: CheckConfig, shape: TableShape): RuleQuestion {
  const { most, by = [] } = check.missing!
  const value = sqlName(column)
  const groups = by.map((other) => sqlName(columnNamed(other, shape)))
  const isMissing = `${value} IS NULL OR CAST(${value} AS VARCHAR) = ''`
  const from =
    `SELECT ${[...groups, 'count(*) AS unsilo_rows', `count(*) FILTER (WHERE ${isMissing}) AS unsilo_missing`].join(', ')} ` +
    `FROM (${rowsOf(check, shape)}) ${groups.length === 0 ? '' : 'GROUP BY ALL '}HAVING count(*) > 0`
  const condition = `unsilo_missing > ${most} * unsilo_rows`
  return {
    count: `SELECT count(*), count(*) FILTER (WHERE ${condition}) FROM (${from})`,
    examples:
      `SELECT ${named(by, groups, `unsilo_missing || ' of ' || unsilo_rows`)} FROM (${from}) WHERE ${condition} ` +
      `ORDER BY unsilo_missing / unsilo_rows DESC${groups.map((group) => `, ${group}`).join('')}`,
    what: by.length === 0 ? undefined : `groups by ${by.join(', ')}`,
    wrong:
      by.length === 0
        ? `more than ${sayPercent(most)} of the rows have no ${column}`
        : `have no ${column} in more than ${sayPercent(most)} of their rows`,
  }
}

/** A group in words: `form a, participant 7: 3 of 10`. */
function named(names: readonly string[], values: readonly string[], numbers: string): string {
  const parts = values.map(
    (value, index) => `${sqlText(`${names[index]!} `)} || coalesce(CAST(${value} AS VARCHAR), '(none)')`,
  )
  return parts.length === 0 ? numbers : `${parts.join(` || ', ' || `)} || ': ' || ${numbers}`
}

/**
 * The number of rows, beside that of another view.
 *
 * @param otherName As it is told.
 */
export function rowsQuestion(
  check: CheckConfig,
  shape: TableShape,
  other: TableShape,
  otherName: string,
): RuleQuestion {
  const { tolerance, by = [], where } = check.rows!
  const groupsOf = (of: TableShape): string[] => by.map((name) => sqlName(columnNamed(name, of)))
  const counted = (rows: string, of: TableShape): string => {
    const values = groupsOf(of).map((group, index) => `CAST(${group} AS VARCHAR) AS unsilo_${index}`)
    const grouped = by.length === 0 ? '' : ' GROUP BY ALL'
    return `SELECT ${[...values, 'count(*) AS rows'].join(', ')} FROM (${rows})${grouped}`
  }
  const same = by.map((_, index) => `here.unsilo_${index} IS NOT DISTINCT FROM there.unsilo_${index}`)
  const on = by.length === 0 ? 'true' : same.join(' AND ')
  const groups = by.map((_, index) => `coalesce(here.unsilo_${index}, there.unsilo_${index})`)
  const there = rowsOf({ ...check, where, rows: undefined }, other)
  const columns = [
    ...groups.map((group, index) => `${group} AS unsilo_${index}`),
    'coalesce(here.rows, 0) AS unsilo_here',
    'coalesce(there.rows, 0) AS unsilo_there',
  ]
  const both = `(${counted(rowsOf(check, shape), shape)}) here FULL JOIN (${counted(there, other)}) there ON ${on}`
  const from = `SELECT ${columns.join(', ')} FROM ${both}`
  const allowed = typeof tolerance === 'number' ? `${tolerance} * unsilo_there` : String(tolerance.rows)
  const condition = `abs(unsilo_here - unsilo_there) > ${allowed}`
  const numbers = `unsilo_here || ' here, ' || unsilo_there || ${sqlText(` in ${otherName}`)}`
  const more =
    tolerance === 0 ? '' : ` by more than ${typeof tolerance === 'number' ? sayPercent(tolerance) : tolerance.rows}`
  const names = by.map((_, index) => `unsilo_${index}`)
  const order = ['abs(unsilo_here - unsilo_there) DESC', ...names]
  return {
    count: `SELECT count(*), count(*) FILTER (WHERE ${condition}) FROM (${from})`,
    examples: `SELECT ${named(by, names, numbers)} FROM (${from}) WHERE ${condition} ORDER BY ${order.join(', ')}`,
    what: by.length === 0 ? undefined : `groups by ${by.join(', ')}`,
    wrong:
      by.length === 0
        ? `the number of rows differs from that of ${otherName}${more}`
        : `differ from ${otherName} in their number of rows${more}`,
  }
}

/** Values of a column that cannot be decrypted. @param stored What the table is read from, as it is stored */
export function decryptQuestion(column: string, { table }: TableShape, stored: string): RuleQuestion {
  const value = sqlName(column)
  const from =
    `SELECT stored._key, opened.${value} FROM (SELECT _key, ${value} FROM ${stored} WHERE ${value} IS NOT NULL) stored ` +
    `JOIN ${table} opened USING (_key)`
  return {
    count: `SELECT count(*), count(*) FILTER (WHERE ${value} IS NULL) FROM (${from})`,
    examples: `SELECT _key FROM (${from}) WHERE ${value} IS NULL ORDER BY _key`,
    what: 'rows',
    wrong: `have a value of ${column} that cannot be decrypted`,
  }
}
