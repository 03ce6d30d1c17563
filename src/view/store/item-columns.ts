import type { ColumnDefinition, ViewDefinition } from '../definition.ts'
import { ColumnKind, type StoredType, convert, storedTypeOf } from './column-kind.ts'
import { type RawValue, rawAt, rawMembers, rawValue, readText, withWholeCharacters } from './raw-json.ts'

export interface StoredColumn {
  name: string
  type: StoredType
}

/** A value that is not of its column's type: it is left out. */
export interface Misfit {
  column: string
  path: string
  problem: string
}

/**
 * Turns items into the columns of a view: those of the definition, or what the items have.
 * Member `sN` of a line is the text of column N, `cN` any other value as it stands there: which of the two a column needs is
 * known only after all items.
 */
export interface ItemColumns {
  /** The item's members for its line, each with a comma before it. */
  lineOf(item: string, onMisfit: (misfit: Misfit) => void): string
  /** After all items. */
  readonly columns: StoredColumn[]
}

/** An object with more fields than this is a map with keys for names; the rest is left out of the inferred columns. */
const mostColumns = 1000

export function itemColumns({ columns }: ViewDefinition): ItemColumns {
  return columns === undefined ? inferredColumns() : definedColumns(columns)
}

function inferredColumns(): ItemColumns {
  const found = new Map<string, { index: number; kind: ColumnKind }>()
  return {
    lineOf(item, onMisfit) {
      // What is no object has one value, and no name for it.
      const members = rawMembers(item) ?? new Map([['value', rawValue(item.trim())]])
      let line = ''
      for (const [field, value] of members) {
        let column = found.get(field)
        if (column === undefined) {
          if (found.size === mostColumns) {
            onMisfit({
              column: '',
              path: field,
              problem: `more than ${mostColumns} fields; name the columns in the view`,
            })
            break
          }
          found.set(field, (column = { index: found.size, kind: new ColumnKind() }))
        }
        column.kind.add(value)
        line += memberOf(column.index, value)
      }
      return line
    },
    get columns() {
      const taken = new Set(ownColumns)
      return [...found].map(([field, { kind }]) => ({ name: freeName(field, taken), type: kind.type }))
    },
  }
}

function definedColumns(definitions: Readonly<Record<string, ColumnDefinition>>): ItemColumns {
  const columns = Object.entries(definitions).map(([name, { path, type }]) => ({
    name,
    path,
    type,
    kind: new ColumnKind(),
  }))
  return {
    lineOf(item, onMisfit) {
      const members = rawMembers(item)
      let line = ''
      for (const [index, { name, path, type, kind }] of columns.entries()) {
        const [first, ...rest] = path.steps
        const outer = typeof first === 'string' ? members?.get(first) : undefined
        const value = outer === undefined || rest.length === 0 ? outer : rawAt(outer.raw, rest)
        if (value === undefined || value.kind === 'null') continue
        if (type === undefined) kind.add(value)
        if (type === undefined || type === 'text' || type === 'json') {
          line += memberOf(index, value)
          continue
        }
        const text = plainText(value)
        if (text.trim() === '') continue
        const converted = convert(type, text)
        if (converted !== undefined) line += `,"c${index}":"${converted}"`
        else onMisfit({ column: name, path: path.text, problem: `${shorten(text)} is no ${type}` })
      }
      return line
    },
    get columns() {
      return columns.map(({ name, type, kind }) => ({
        name,
        type: type === undefined ? kind.type : storedTypeOf(type),
      }))
    },
  }
}

function memberOf(index: number, { kind, raw }: RawValue): string {
  if (kind === 'null') return ''
  if (kind === 'text') return `,"s${index}":${withWholeCharacters(raw)}`
  if (kind === 'nested') return `,"c${index}":${JSON.stringify(withWholeCharacters(raw))}`
  return `,"c${index}":"${raw}"`
}

function plainText({ kind, raw }: RawValue): string {
  return kind === 'text' ? readText(raw) : raw
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

/** In SQL, upper and lower case are the same. */
const ownColumns = ['_key', '_first_seen', '_last_seen', '_absent_since', '_versions', '_parcel']

function freeName(field: string, taken: Set<string>): string {
  const name = withoutNul(field) || 'unnamed'
  let free = name
  for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}_${count}`
  taken.add(free.toLowerCase())
  return free
}

/** No name in SQL can hold that character. */
function withoutNul(name: string): string {
  return name.replaceAll('\0', '')
}
