import { createHash } from 'node:crypto'
import type { ItemPath } from '../system/item-path.ts'
import type { CheckConfig } from './check/config.ts'
import type { DecryptConfig } from './decrypt/config.ts'
import type { CsvConfig } from './input/csv-config.ts'

export const columnTypes = [
  'text',
  'integer',
  'number',
  'boolean',
  'timestamp',
  'date',
  'epoch',
  'epoch-ms',
  'json',
] as const
export type ColumnType = (typeof columnTypes)[number]

export interface ColumnDefinition {
  path: ItemPath
  /** `undefined`: from the values. */
  type: ColumnType | undefined
}

/** A part of a key: the value at a path. */
export interface KeyPart extends ItemPath {
  /** What the value is read as, so that two ways to write it are the same; `undefined`: as it stands there. */
  readonly type?: ColumnType | undefined
  /** Where an item has nothing at the path: of these the first that it has. */
  readonly others?: readonly ColumnDefinition[]
  /** An item may have none of them. */
  readonly isOptional?: boolean
}

/** Which of the values that a column had over time is shown. */
type Preference = 'latest' | 'first' | 'first-nonempty'

/** A view as configured, complete: what a stream says of itself is filled in. */
export interface ViewDefinition {
  name: string
  /** Of several paths the first that a parcel has; `undefined`: the document itself. */
  items: readonly ItemPath[] | undefined
  /** A REST source's stream. */
  stream: string | undefined
  /** SQLite: a table, or a query. */
  table: string | undefined
  sql: string | undefined
  /** XML: name of the element that is an item. */
  element: string | undefined
  /** Glob of the files inside folder parcels and archives. */
  files: string | undefined
  /** How CSV is read, where it does not tell itself. */
  csv?: CsvConfig | undefined
  /** What tells one item from another. `hash`: the item itself, without what is ignored; the n-th of those that are the same. */
  key: readonly KeyPart[] | 'hash'
  /** Fields of the parents of a stream's records that belong to the key, before the others, as "issue.number"; `undefined`: none. */
  parents?: readonly string[] | undefined
  pick: 'latest' | 'first'
  /** By column, or by top-level field where no columns are named. */
  prefer: Readonly<Record<string, Preference>>
  /** Not a change; shown with the latest value all the same. */
  ignore: readonly ItemPath[]
  /** What one parcel can show. */
  window: { newest: number; by?: ItemPath | undefined } | 'all'
  /** An item counts as absent once so many evidence parcels, over so many days, have shown that it is not there. */
  absent: { mark: boolean; parcels: number; days: number }
  /** Names of columns. */
  feed: { time: string; title?: string; text?: string; url?: string } | undefined
  /** `undefined`: inferred. */
  columns: Readonly<Record<string, ColumnDefinition>> | undefined
  /** What must be so, by name. */
  checks: Readonly<Record<string, CheckConfig>>
  /** Which columns are decrypted when they are read, never before; of several rules for a column, the first. */
  decrypt: readonly DecryptConfig[]
}

/** What says which items a parcel has. */
export type ItemsDefinition = Pick<ViewDefinition, 'items' | 'table' | 'sql' | 'element' | 'files' | 'csv' | 'key'>

/** Counts up when the same definition and the same parcel give another extract than before. */
const extractFormat = 4

/**
 * Changes when an extract that was made by another definition is of no use: with what says which items there are, their keys, what
 * is ignored, and how they are ordered. Columns, `pick`, `absent` and the like work on extracts as they are.
 */
export function extractFingerprint(definition: ViewDefinition): string {
  const { items, stream, table, sql, element, files, csv, key, parents, ignore, window } = definition
  const what = {
    extractFormat,
    items: textsOf(items),
    stream,
    table,
    sql,
    element,
    files,
    csv,
    key: key === 'hash' ? key : textsOf(key),
    parents,
    ignore: textsOf(ignore)?.sort(),
    by: window === 'all' ? undefined : window.by?.text,
  }
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)
}

function textsOf(paths: readonly ItemPath[] | undefined): string[] | undefined {
  return paths?.map(({ text }) => text)
}
