import { type Table, isTable } from './table.ts'
import { eachKey, writePath } from './write-path.ts'

/** A list in a body that may be the one of the records. */
export interface FoundList {
  /** What `items` would be; missing when the body itself is the list. */
  path?: string
  count: number
  of: 'tables' | 'values' | 'nothing' | 'mixed'
}

/** Deeper lists are parts of records. */
const deepest = 5

const usualNames = new Set(
  'items,data,results,result,rows,records,entries,children,values,value,list,objects,hits,content,elements,nodes,docs'.split(
    ',',
  ),
)
const sideNames = new Set(
  'errors,warnings,links,included,includes,facets,fields,columns,filters,aggregations,meta'.split(','),
)

/** Finds the lists of a body, the likeliest one of records first. */
export function listsOf(body: unknown): FoundList[] {
  const found: { list: FoundList; score: number }[] = []
  const add = (keys: readonly string[], list: readonly unknown[], bonus = 0): void => {
    const of = kindOf(list)
    const path = writePath(keys)
    const score = scoreOf(keys, list.length, of) + bonus
    found.push({ list: { ...(path === '' ? {} : { path }), count: list.length, of }, score })
  }
  const look = (value: unknown, keys: readonly string[]): void => {
    if (Array.isArray(value)) {
      add(keys, value)
      const inner = innerKey(value)
      if (inner === undefined) return
      const parts = value.map((element: Table) => element[inner])
      // `items` is a path to a list, so records that are wrapped one by one need the [*].
      if (parts.every(isTable))
        add([...keys, eachKey, inner], parts, isOnlyWrapped(value, inner) ? wrapperBonus : nestedMalus)
      else add([...keys, eachKey, inner, eachKey], parts.flat(), nestedMalus)
    } else if (isTable(value) && keys.length < deepest) {
      for (const [key, inner] of Object.entries(value)) look(inner, [...keys, key])
    }
  }
  look(body, [])
  return found.sort((a, b) => b.score - a.score).map(({ list }) => list)
}

/** A list of plain values, or an empty one, is hardly the one of records, unless it is named so or is the body itself. */
export function mayBeRecords({ path, of }: FoundList): boolean {
  if (path === undefined || of === 'tables' || of === 'mixed') return true
  return usualNames.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
}

/** Beyond the depth that it costs. */
const wrapperBonus = 20
const nestedMalus = -30

function scoreOf(keys: readonly string[], count: number, of: FoundList['of']): number {
  // Of wrapped records, what holds them has the name that counts.
  const outer = keys.includes(eachKey) ? keys.slice(0, keys.indexOf(eachKey)) : keys
  const name = outer.at(-1) ?? ''
  const kindScore = { tables: 100, mixed: 40, nothing: 30, values: 0 }[of]
  const nameScore = usualNames.has(name.toLowerCase()) ? 40 : sideNames.has(name.toLowerCase()) ? -80 : 0
  return kindScore + nameScore + 10 * Math.log2(count + 1) - 5 * keys.length
}

function kindOf(list: readonly unknown[]): FoundList['of'] {
  if (list.length === 0) return 'nothing'
  const tables = list.filter(isTable).length
  if (tables === list.length) return 'tables'
  return tables === 0 ? 'values' : 'mixed'
}

/**
 * The key that holds the record in a list of wrappers (`{kind, data: {…}}`), or the records in a list of groups
 * (`{title, items: […]}`): elements of few fields, one of which has more to say than all others.
 */
function innerKey(list: readonly unknown[]): string | undefined {
  const [first] = list
  if (!isTable(first) || !list.every(isTable)) return undefined
  const keys = Object.keys(first)
  if (keys.length > 3) return undefined
  const isRecord = (value: unknown): boolean => isTable(value) && Object.keys(value).length > keys.length
  const isGroup = (value: unknown): boolean => Array.isArray(value) && value.every(isTable)
  for (const isInner of [isRecord, isGroup]) {
    const rich: string[] = keys.filter((key) => list.every((element) => isInner(element[key])))
    const only: string | undefined = rich[0]
    if (only === undefined || rich.length > 1) continue
    const isAlone = list.every((element) =>
      Object.entries(element).every(([key, value]) => key === only || !isNested(value)),
    )
    if (isAlone) return only
  }
  return undefined
}

const wrapperNames = new Set(['data', 'node', 'item', 'record', 'resource', 'object', 'value', 'entity'])

/** Is there nothing of a record beside the inner table? An id or a time there is a part of it (JSON:API, Spotify). */
function isOnlyWrapped(list: readonly Table[], inner: string): boolean {
  if (wrapperNames.has(inner.toLowerCase())) return true
  const others = list.map((element) => JSON.stringify({ ...element, [inner]: undefined }))
  return list.length >= 3 && new Set(others).size === 1
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
