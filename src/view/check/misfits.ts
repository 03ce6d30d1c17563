import { ownColumns } from '../column.ts'
import { columnRules } from './rule.ts'

type Written = Readonly<Record<string, unknown>>

interface Misfit {
  path: string[]
  message: string
  hint: string
}

const ofColumns: readonly string[] = [...columnRules, 'column']

/**
 * Checks that check nothing, or what is not there. Values as written, or as checked.
 *
 * @param names Of the view's columns, where all are named.
 */
export function checkMisfits(checks: Written, names: readonly string[] | undefined): Misfit[] {
  return Object.entries(checks).flatMap(([name, check]) =>
    typeof check === 'object' && check !== null
      ? misfitsOf(name, check as Written, names).map((found) => ({ ...found, path: ['checks', name, ...found.path] }))
      : [],
  )
}

function misfitsOf(name: string, check: Written, names: readonly string[] | undefined): Misfit[] {
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
  if (rules.length === 0) {
    return has('column') ? [{ path: ['column'], message: 'has no use with `rows` alone', hint: 'Remove it.' }] : []
  }
  if (names === undefined) return []
  const column = typeof check['column'] === 'string' ? check['column'] : name
  const isThere = [...names, ...ownColumns].some((one) => one.toLowerCase() === column.toLowerCase())
  if (isThere) return []
  const path = has('column') ? ['column'] : []
  return [{ path, message: `"${column}" is no column`, hint: `There are: ${names.join(', ')}.` }]
}
