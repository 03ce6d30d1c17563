import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'

/** A value of an answer, and its type. */
export type Cell = DuckDBValue
export type CellType = DuckDBType

/** A cell in JSON: every digit of whole numbers and decimals, JSON as it is, times in ISO 8601, all else as DuckDB writes it. */
export function cellJson(cell: Cell, type: CellType | undefined): string {
  if (cell === null) return 'null'
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : `"${cell}"`
  if (typeof cell === 'string') return type?.alias === 'JSON' ? onOneLine(cell) : JSON.stringify(cell)
  if ('items' in cell) {
    const inner = innerType(type, 'valueType')
    return `[${cell.items.map((item) => cellJson(item, inner)).join(',')}]`
  }
  if ('entries' in cell) return entriesJson(cell.entries, type)
  if ('tag' in cell && 'value' in cell) return cellJson(cell.value, undefined)
  return 'scale' in cell ? String(cell) : JSON.stringify(timeIso(String(cell)))
}

/** `2026-03-01 06:00:00` is read as local time by many a program; all times here are in UTC. */
function timeIso(text: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?$/.exec(text) ?? []
  return day === undefined ? text : `${day}T${time}Z`
}

type Entries = Readonly<Record<string, Cell>> | readonly { key: Cell; value: Cell }[]

/** A struct, or a map: that may have keys that are no text. */
function entriesJson(entries: Entries, type: CellType | undefined): string {
  if (!isMap(entries)) {
    const members = Object.entries(entries).map(([name, value], index) => {
      const types = type !== undefined && 'entryTypes' in type ? type.entryTypes : []
      return `${JSON.stringify(name)}:${cellJson(value, types[index])}`
    })
    return `{${members.join(',')}}`
  }
  const [keyType, valueType] = [innerType(type, 'keyType'), innerType(type, 'valueType')]
  if (entries.every(({ key }) => typeof key === 'string')) {
    const members = entries.map(({ key, value }) => `${JSON.stringify(key)}:${cellJson(value, valueType)}`)
    return `{${members.join(',')}}`
  }
  const pairs = entries.map(
    ({ key, value }) => `{"key":${cellJson(key, keyType)},"value":${cellJson(value, valueType)}}`,
  )
  return `[${pairs.join(',')}]`
}

function isMap(entries: Entries): entries is readonly { key: Cell; value: Cell }[] {
  return Array.isArray(entries)
}

function innerType(type: CellType | undefined, name: 'keyType' | 'valueType'): CellType | undefined {
  return type !== undefined && name in type ? (type as unknown as Record<string, CellType>)[name] : undefined
}

/** Outside of its texts, where a line break means nothing, JSON may have some. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/\s*[\r\n]+\s*/g, ' ') : json
}

/** A cell as people and spreadsheets read it; nothing for NULL. */
export function cellText(cell: Cell, type: CellType): string {
  if (cell === null) return ''
  if (typeof cell === 'object' && ('items' in cell || 'entries' in cell)) return cellJson(cell, type)
  return String(cell)
}

export function isNumeric(cell: Cell): boolean {
  return (
    typeof cell === 'number' ||
    typeof cell === 'bigint' ||
    (typeof cell === 'object' && cell !== null && 'scale' in cell)
  )
}
