import { sqlName } from '../sql-text.ts'
import type { StoredType } from './column-kind.ts'
import type { StoredColumn } from './item-columns.ts'

/** How a table is made of lines of JSON. */
export interface Select {
  /** Members of a line, with the type that they are read as. */
  members: [name: string, type: string][]
  /** What the table's columns are made of. */
  columns: string[]
}

export function itemSelect(columns: readonly StoredColumn[]): Select {
  const own: [name: string, member: string, type: string][] = [
    ['_key', 'k', 'VARCHAR'],
    ['_first_seen', 'f', 'TIMESTAMP'],
    ['_last_seen', 'l', 'TIMESTAMP'],
    ['_absent_since', 'a', 'TIMESTAMP'],
    ['_versions', 'v', 'BIGINT'],
    ['_parcel', 'p', 'VARCHAR'],
  ]
  return {
    members: [
      ...columns.flatMap(({ parts }, index): [string, string][] => [
        ...(parts.hasText ? [[`s${index}`, 'VARCHAR'] as [string, string]] : []),
        ...(parts.hasOther ? [[`c${index}`, 'VARCHAR'] as [string, string]] : []),
      ]),
      ...own.map(([, member, type]): [string, string] => [member, type]),
    ],
    columns: [
      ...columns.map((column, index) => `${expressionOf(column, index)} AS ${sqlName(column.name)}`),
      ...own.map(([name, member]) => `${member} AS ${name}`),
    ],
  }
}

const sqlTypes: Record<Exclude<StoredType, 'text' | 'json'>, string> = {
  integer: 'BIGINT',
  // Parquet has no whole numbers of 128 bits but decimals.
  whole: 'DECIMAL(38, 0)',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
}

function expressionOf({ type, parts: { hasText, hasOther } }: StoredColumn, index: number): string {
  if (type === 'text') return firstOf([hasText && `s${index}`, hasOther && `c${index}`], 'VARCHAR')
  if (type === 'json')
    return firstOf([hasOther && `TRY_CAST(c${index} AS JSON)`, hasText && `to_json(s${index})`], 'JSON')
  return firstOf([hasOther && `TRY_CAST(c${index} AS ${sqlTypes[type]})`], sqlTypes[type])
}

/** The first value that there is. */
function firstOf(values: readonly (string | false)[], type: string): string {
  const found = values.filter((value) => value !== false)
  return found.length === 0 ? `CAST(NULL AS ${type})` : `coalesce(${found.join(', ')})`
}

export const historySelect: Select = {
  members: [
    ['key', 'VARCHAR'],
    ['version', 'BIGINT'],
    ['parcel', 'VARCHAR'],
    ['time', 'TIMESTAMP'],
    ['kind', 'VARCHAR'],
    ['changed', 'VARCHAR[]'],
    ['item', 'VARCHAR'],
  ],
  columns: ['key', 'version', 'parcel', 'time', 'kind', 'changed', 'TRY_CAST(item AS JSON) AS item'],
}

export const errorSelect: Select = {
  members: ['parcel', 'file', 'path', 'problem'].map((name) => [name, 'VARCHAR']),
  columns: ['parcel', 'file', 'path', 'problem'],
}
