import type { ColumnDefinition, ViewDefinition } from '../definition.ts'
import { ColumnKind, type StoredType, convert, storedTypeOf } from './column-kind.ts'
import { fromBytes } from './byte-text.ts'
import { MemberReader } from './member-reader.ts'
import { type RawValue, hasSurrogates, rawAt, rawValue, readText, withWholeCharacters } from './raw-json.ts'

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
  /** The item's members for its line, each with a comma before it; item and line as `asBytes` has them. */
  lineOf(item: string, onMisfit: (misfit: Misfit) => void): string
  /** After all items. */
  readonly columns: StoredColumn[]
}

/** An object with more fields than this is a map with keys for names; the rest is left out of the inferred columns. */
const mostColumns = 1000

export function itemColumns({ columns }: ViewDefinition): ItemColumns {
  return columns === undefined ? inferredColumns() : definedColumns(columns)
}

interface InferredColumn {
  /** -1: it becomes none. */
  index: number
  name: string
  kind: ColumnKind
}

function inferredColumns(): ItemColumns {
  const found: InferredColumn[] = []
  const beyond = { index: -1, name: '', kind: new ColumnKind() }
  const columnOf = (name: string): InferredColumn => {
    if (found.length === mostColumns) return beyond
    const column = { index: found.length, name, kind: new ColumnKind() }
    found.push(column)
    return column
  }
  const reader = new MemberReader(columnOf)
  return {
    lineOf(item, onMisfit) {
      // What is no object has one value, and no name for it.
      if (!reader.read(item)) reader.takeOnly('value', item.trim())
      const isWhole = !hasSurrogates(item)
      let line = ''
      let hasBeyond = false
      for (let at = 0; at < reader.count; at++) {
        const { index, kind } = reader.fields[at]!
        const [valueKind, raw] = [reader.kinds[at]!, reader.raws[at]!]
        if (index !== -1) {
          kind.add(valueKind, raw)
          line += memberOf(index, valueKind, raw, isWhole)
        } else if (!hasBeyond) {
          hasBeyond = true
          const problem = `more than ${mostColumns} fields; name the columns in the view`
          onMisfit({ column: '', path: reader.names[at]!, problem })
        }
      }
      return line
    },
    get columns() {
      const taken = new Set(ownColumns)
      return found.map(({ name, kind }) => ({ name: freeName(name, taken), type: kind.type }))
    },
  }
}

function definedColumns(definitions: Readonly<Record<string, ColumnDefinition>>): ItemColumns {
  const columns = Object.entries(definitions).map(([name, { path, type }], index) => ({
    index,
    name,
    path,
    type,
    kind: new ColumnKind(),
  }))
  const reader = new MemberReader((name) => columns.filter(({ path }) => path.steps[0] === name))
  return {
    lineOf(item, onMisfit) {
      const members = reader.read(item) ? reader.count : 0
      const isWhole = !hasSurrogates(item)
      let line = ''
      for (let at = 0; at < members; at++) {
        for (const { index, name, path, type, kind } of reader.fields[at]!) {
          const outer = { kind: reader.kinds[at]!, raw: reader.raws[at]! }
          const rest = path.steps.slice(1)
          const value = rest.length === 0 ? outer : rawAt(outer.raw, rest)
          if (value === undefined || value.kind === 'null') continue
          if (type === undefined) kind.add(value.kind, value.raw)
          if (type === undefined || type === 'text' || type === 'json') {
            line += memberOf(index, value.kind, value.raw, isWhole)
            continue
          }
          const text = plainText(value)
          if (text.trim() === '') continue
          const converted = convert(type, text)
          if (converted !== undefined) line += `,"c${index}":"${converted}"`
          else onMisfit({ column: name, path: path.text, problem: `${shorten(text)} is no ${type}` })
        }
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

/** @param isWhole Whether no text in it has half a character. */
function memberOf(index: number, kind: RawValue['kind'], raw: string, isWhole: boolean): string {
  if (kind === 'null') return ''
  if (kind === 'text') return `,"s${index}":${isWhole ? raw : withWholeCharacters(raw)}`
  if (kind === 'nested') return `,"c${index}":${JSON.stringify(isWhole ? raw : withWholeCharacters(raw))}`
  return `,"c${index}":"${raw}"`
}

function plainText({ kind, raw }: RawValue): string {
  return kind === 'text' ? readText(fromBytes(raw)) : fromBytes(raw)
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
