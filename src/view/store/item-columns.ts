import type { ColumnDefinition, ViewDefinition } from '../definition.ts'
import { ColumnKind, type StoredType, convert, storedTypeOf } from './column-kind.ts'
import { likelyType } from './likely-type.ts'
import type { LineBytes } from './line-bytes.ts'
import { MemberReader } from './member-reader.ts'
import { type RawValue, rawAt, readText, withWholeCharacters } from './raw-json.ts'

export interface StoredColumn {
  name: string
  type: StoredType
  /** What lines have of it: members `sN`, members `cN`. */
  parts: Parts
}

interface Parts {
  hasText: boolean
  hasOther: boolean
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
  /**
   * Adds the item's members to its line, each with a comma before it.
   * @param preferred By column, where columns are named: another value of the item, from which it is taken.
   */
  add(
    item: Uint8Array,
    line: LineBytes,
    onMisfit: (misfit: Misfit) => void,
    preferred?: ReadonlyMap<string, Uint8Array>,
  ): void
  /** After all items. */
  readonly columns: StoredColumn[]
}

/** An object with more fields than this is a map with keys for names; the rest is left out of the inferred columns. */
const mostColumns = 1000

export function itemColumns({ columns }: ViewDefinition): ItemColumns {
  return columns === undefined ? inferredColumns() : definedColumns(columns)
}

interface InferredColumn extends Names, Parts {
  name: string
  kind: ColumnKind
}

/** What stands before a value in a line. */
interface Names {
  text: Uint8Array
  other: Uint8Array
}

function noParts(): Parts {
  return { hasText: false, hasOther: false }
}

function namesOf(index: number): Names {
  return { text: Buffer.from(`,"s${index}":`), other: Buffer.from(`,"c${index}":`) }
}

function inferredColumns(): ItemColumns {
  const found: InferredColumn[] = []
  const reader = new MemberReader((name): InferredColumn | undefined => {
    if (found.length === mostColumns) return undefined
    const column = { name, kind: new ColumnKind(), ...noParts(), ...namesOf(found.length) }
    found.push(column)
    return column
  })
  return {
    add(item, line, onMisfit) {
      // What is no object has one value, and no name for it.
      if (!reader.read(item)) reader.readOnly('value', item)
      let hasBeyond = false
      for (let at = 0; at < reader.count; at++) {
        const column = reader.fields[at]
        if (column !== undefined) addMember(item, reader, at, column, line)
        else if (!hasBeyond) {
          hasBeyond = true
          const problem = `more than ${mostColumns} fields; name the columns in the view`
          onMisfit({ column: '', path: reader.names[at]!, problem })
        }
      }
    },
    get columns() {
      const taken = new Set(ownColumns)
      return found.map((column) => ({ name: freeName(column.name, taken), type: column.kind.type, parts: column }))
    },
  }
}

const quote = Buffer.from('"')

function addMember(
  item: Uint8Array,
  reader: MemberReader<unknown>,
  at: number,
  column: InferredColumn,
  line: LineBytes,
): void {
  const kind = reader.kinds[at]!
  if (kind === 'null') return
  const { kind: columnKind, text, other } = column
  if (kind === 'text') column.hasText = true
  else column.hasOther = true
  const [from, to] = [reader.starts[at]!, reader.ends[at]!]
  columnKind.add(kind, kind === 'number' ? reader.raw(at) : '')
  line.add(kind === 'text' ? text : other)
  if (kind === 'text') {
    if (reader.hasSurrogates) line.addText(withWholeCharacters(reader.raw(at)))
    else line.add(item, from, to)
  } else if (kind === 'nested') {
    if (reader.hasSurrogates) line.addText(JSON.stringify(withWholeCharacters(reader.raw(at))))
    else line.addQuoted(item, from, to)
  } else {
    line.add(quote)
    line.add(item, from, to)
    line.add(quote)
  }
}

function definedColumns(definitions: Readonly<Record<string, ColumnDefinition>>): ItemColumns {
  const columns = Object.entries(definitions).map(([name, { path, type }], index) => ({
    index,
    name,
    path,
    type,
    kind: new ColumnKind(),
    parts: noParts(),
  }))
  type Column = (typeof columns)[number]
  const reader = new MemberReader((name) => columns.filter(({ path }) => path.steps[0] === name))
  const addValue = (
    { index, name, path, type, kind, parts }: Column,
    value: RawValue | undefined,
    line: LineBytes,
    onMisfit: (misfit: Misfit) => void,
  ): void => {
    if (value === undefined || value.kind === 'null') return
    if (type === undefined) kind.add(value.kind, value.raw)
    if (type === undefined || type === 'text' || type === 'json') {
      if (value.kind === 'text') parts.hasText = true
      else parts.hasOther = true
      line.addText(memberOf(index, value))
      return
    }
    const text = plainText(value)
    if (text.trim() === '') return
    const converted = convert(type, text)
    if (converted !== undefined) {
      parts.hasOther = true
      line.addText(`,"c${index}":"${converted}"`)
    } else {
      const problem = `${shorten(text)} is no ${type}${likelyType(type, text)}`
      onMisfit({ column: name, path: path.text, problem })
    }
  }
  return {
    add(item, line, onMisfit, preferred) {
      const members = reader.read(item) ? reader.count : 0
      for (let at = 0; at < members; at++) {
        for (const column of reader.fields[at]!) {
          if (preferred?.has(column.name) === true) continue
          const outer = { kind: reader.kinds[at]!, raw: reader.raw(at) }
          const rest = column.path.steps.slice(1)
          addValue(column, rest.length === 0 ? outer : rawAt(outer.raw, rest), line, onMisfit)
        }
      }
      if (preferred === undefined) return
      for (const column of columns) {
        const from = preferred.get(column.name)
        if (from !== undefined) addValue(column, rawAt(textOf(from), column.path.steps), line, onMisfit)
      }
    },
    get columns() {
      return columns.map(({ name, type, kind, parts }) => ({
        name,
        type: type === undefined ? kind.type : storedTypeOf(type),
        parts,
      }))
    },
  }
}

function memberOf(index: number, { kind, raw }: RawValue): string {
  if (kind === 'text') return `,"s${index}":${withWholeCharacters(raw)}`
  if (kind === 'nested') return `,"c${index}":${JSON.stringify(withWholeCharacters(raw))}`
  return `,"c${index}":"${raw}"`
}

function textOf(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8')
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
