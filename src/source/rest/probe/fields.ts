import { type ValueKind, kindOfValues } from './value-kind.ts'
import { isTable } from './table.ts'
import { writePath } from './write-path.ts'

/** A field of records, with its values for the guessers: they are never shown as they are. */
export interface Field {
  path: string
  /** The last key of the path. */
  name: string
  /** 1 for a field of the record itself. */
  depth: number
  kind: ValueKind
  /** Values that are neither missing nor null. */
  count: number
  /** One for each record; `undefined` where it is missing, or null. */
  values: readonly unknown[]
}

/** Enough to see what a page is like; some servers give everything at once. */
const mostRecords = 2000
const mostFields = 500
const deepest = 3

/** The fields of a page's records, in the order in which they come; those of inner tables under dotted paths. */
export function fieldsOf(records: readonly unknown[]): Field[] {
  const looked = records.slice(0, mostRecords)
  const found = new Map<string, { keys: string[]; values: unknown[] }>()
  const look = (table: unknown, index: number, above: readonly string[]): void => {
    if (!isTable(table)) return
    for (const [key, value] of Object.entries(table)) {
      const keys = [...above, key]
      const path = writePath(keys)
      if (!found.has(path) && found.size >= mostFields) continue
      const field = found.get(path) ?? { keys, values: Array.from({ length: looked.length }) }
      found.set(path, field)
      field.values[index] = value ?? undefined
      if (keys.length < deepest) look(value, index, keys)
    }
  }
  for (const [index, record] of looked.entries()) look(record, index, [])
  return [...found].map(([path, { keys, values }]) => {
    const name = keys.at(-1)!
    const present = values.filter((value) => value !== undefined)
    // `date.uts` says by the table that it is in what it is.
    return {
      path,
      name,
      depth: keys.length,
      kind: kindOfValues(keys.join('_'), present),
      count: present.length,
      values,
    }
  })
}
