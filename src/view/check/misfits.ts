import { UnsiloError } from '../../errors.ts'
import { ownColumns } from '../column.ts'
import { type ColumnType, columnTypes } from '../definition.ts'
import { storedTypeOf } from '../store/column-kind.ts'
import { inType, literal, momentOf } from './literal.ts'
import { whyNoPattern } from './pattern.ts'
import { columnRules } from './rule.ts'

type Written = Readonly<Record<string, unknown>>

interface Misfit {
  path: string[]
  message: string
  hint: string
}

const ofColumns: readonly string[] = [...columnRules, 'column']

/** What the rest of the configuration says of what checks are about. */
interface Around {
  /** The view's, where all are named, by name. */
  columns: Written | undefined
  /** Names of the views of the dataset. */
  views: readonly string[]
}

/** Checks that check nothing, or what is not there, or what could never be asked. Values as written, or as checked. */
export function checkMisfits(checks: Written, around: Around): Misfit[] {
  return Object.entries(checks).flatMap(([name, check]) =>
    typeof check === 'object' && check !== null
      ? misfitsOf(name, check as Written, around).map((found) => ({ ...found, path: ['checks', name, ...found.path] }))
      : [],
  )
}

function misfitsOf(name: string, check: Written, { columns, views }: Around): Misfit[] {
  const has = (key: string): boolean => check[key] !== undefined
  if (has('sql')) {
    const idle = [...ofColumns, 'rows', 'where', 'with_absent'].filter(has)
    return idle.map((key) => ({ path: [key], message: 'has no use beside `sql`', hint: 'Remove one of the two.' }))
  }
  const rules = columnRules.filter((rule) => has(rule) && check[rule] !== false)
  if (rules.length === 0 && !has('rows')) {
    const hint = `Add one of ${columnRules.join(', ')}, rows, sql.`
    return [{ path: [], message: 'checks nothing', hint }]
  }
  const column = typeof check['column'] === 'string' ? check['column'] : name
  const found = [...otherView(check, views), ...impossible(check)]
  if (rules.length === 0 && has('column')) {
    found.push({ path: ['column'], message: 'has no use with `rows` alone', hint: 'Remove it.' })
  }
  if (columns === undefined) return found
  const names = Object.keys(columns)
  const isThere = (one: unknown): boolean =>
    typeof one !== 'string' || [...names, ...ownColumns].some((known) => known.toLowerCase() === one.toLowerCase())
  const hint = `There are: ${names.join(', ')}.`
  if (rules.length > 0 && !isThere(column)) {
    return [...found, { path: has('column') ? ['column'] : [], message: `"${column}" is no column`, hint }]
  }
  const others = [['unique'], ['missing', 'by'], ['rows', 'by']].flatMap((path) =>
    listAt(check, path).flatMap((one) =>
      isThere(one) ? [] : [{ path, message: `"${String(one)}" is no column`, hint }],
    ),
  )
  return [...found, ...others, ...ofOtherType(column, check, typeIn(columns, column))]
}

/** The elements of a list in it, if there is one. */
function listAt(check: Written, path: readonly string[]): unknown[] {
  let value: unknown = check
  for (const step of path) value = typeof value === 'object' && value !== null ? (value as Written)[step] : undefined
  return Array.isArray(value) ? value : []
}

/** A name with a dot may be that of a view of another dataset. */
function otherView({ rows }: Written, views: readonly string[]): Misfit[] {
  const as = typeof rows === 'object' && rows !== null ? (rows as Written)['as'] : undefined
  if (typeof as !== 'string' || as.includes('.') || views.includes(as)) return []
  return [
    {
      path: ['rows', 'as'],
      message: `there is no view "${as}"`,
      hint: `There are: ${views.join(', ')}; that of another dataset is written DATASET.VIEW.`,
    },
  ]
}

/** What is wrong whatever the column holds. */
function impossible({ min, max, pattern }: Written): Misfit[] {
  const found = Object.entries({ min, max }).flatMap(([key, bound]) => attempted([key], () => momentOf(bound)))
  const why = typeof pattern === 'string' ? whyNoPattern(pattern) : undefined
  if (why !== undefined) {
    const hint = "Its syntax is that of https://github.com/google/re2/wiki/Syntax; in TOML, '…' keeps each \\ as it is."
    found.push({ path: ['pattern'], message: `is no regular expression: ${why}`, hint })
  }
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    found.push({ path: ['min'], message: 'is above `max`', hint: 'Turn them round: no value is both.' })
  }
  return found
}

function ofOtherType(column: string, check: Written, type: ColumnType | undefined): Misfit[] {
  if (type === undefined) return []
  const { min, max, values } = check
  const stored = sqlTypes[storedTypeOf(type)]
  const bounds = Object.entries({ min, max }).flatMap(([key, bound]) =>
    (typeof bound === 'string' || typeof bound === 'number') && attempted([key], () => momentOf(bound)).length === 0
      ? attempted([key], () => literal('', stored, bound, column, new Date(0)))
      : [],
  )
  const known = (Array.isArray(values) ? (values as unknown[]) : []).flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? attempted(['values'], () => inType(value, stored, column))
      : [],
  )
  return [...bounds, ...known.slice(0, 1)].map((misfit) => ({
    ...misfit,
    // In the words of the configuration.
    message: misfit.message.replace(`of type ${stored},`, `of type ${type},`),
  }))
}

/** As DuckDB writes them. */
const sqlTypes = {
  text: 'VARCHAR',
  json: 'JSON',
  integer: 'BIGINT',
  whole: 'HUGEINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
} as const

/** What an action says is wrong, at a path. */
function attempted(path: string[], action: () => unknown): Misfit[] {
  try {
    action()
    return []
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    return [{ path, message: error.message, hint: error.hint ?? '' }]
  }
}

/** The type of a column as it is written, as in `created :: epoch`, or as it was read. */
function typeIn(columns: Written, name: string): ColumnType | undefined {
  const column = Object.entries(columns).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]
  const type: unknown =
    typeof column === 'string'
      ? /::\s*(\S+)\s*$/.exec(column)?.[1]
      : typeof column === 'object' && column !== null
        ? (column as Written)['type']
        : undefined
  return columnTypes.find((known) => known === type)
}
