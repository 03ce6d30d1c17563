import type { ItemPath } from '../system/item-path.ts'
import type { ViewDefinition } from '../view/definition.ts'
import type { Cell } from '../view/query/cell.ts'
import { sqlName } from '../view/sql-text.ts'
import { parseExactly } from './exact-json.ts'
import type { ItemMeta } from './item.ts'
import { jsValue } from './js-value.ts'
import { type RowColumn, type ViewRows, itemTable } from './view-rows.ts'

export interface ShownItem {
  key: string
  raw: unknown
  meta: ItemMeta
}

export interface ShownOptions {
  /** Also items that are gone. */
  includeAbsent: boolean
  /** Whole numbers beyond 2^53 - 1 as bigints. */
  isExact: boolean
}

/** The table of items has no JSON of them: that of the shown version stands in the history. */
const metaColumns = '_key, _first_seen, _last_seen, _absent_since, _versions, _parcel'

/** The items of a view as they are shown, in no particular order. */
export async function* shownItems(
  rows: ViewRows,
  definition: ViewDefinition,
  { includeAbsent, isExact }: ShownOptions,
): AsyncGenerator<ShownItem> {
  const overlays = overlaysOf(definition, await rows.columns(itemTable))
  const taken = overlays.map(({ column }) => `, i.${sqlName(column.name)}`)
  const chosen = definition.pick === 'first' ? 'min' : 'max'
  // Of what DuckDB keeps in memory to join, nothing has the items.
  const sql = `
    WITH h AS NOT MATERIALIZED (SELECT key, parcel, item FROM ${itemTable}_history WHERE kind <> 'absent'),
    c AS (SELECT key, ${chosen}(parcel) AS parcel FROM h GROUP BY key),
    i AS (SELECT * FROM ${itemTable}${includeAbsent ? '' : ' WHERE _absent_since IS NULL'})
    SELECT ${metaColumns}, h.item${taken.join('')}
    FROM h JOIN c ON c.key = h.key AND c.parcel = h.parcel JOIN i ON i._key = h.key`
  for await (const row of rows.ask(sql)) {
    const [key, firstSeen, lastSeen, absentSince, versions, parcel, item, ...latest] = row
    let raw = parseExactly(String(item), isExact)
    for (const [index, overlay] of overlays.entries()) raw = overlaid(raw, overlay, latest[index]!, isExact)
    const meta: ItemMeta = {
      firstSeen: timeOf(firstSeen)!,
      lastSeen: timeOf(lastSeen)!,
      absentSince: timeOf(absentSince),
      versions: Number(versions),
      parcel: String(parcel),
    }
    yield { key: String(key), raw, meta }
  }
}

/** The Date of a TIMESTAMP; `undefined` for NULL, and for what no Date can be. */
export function timeOf(cell: Cell | undefined): Date | undefined {
  if (typeof cell !== 'object' || cell === null || !('micros' in cell)) return undefined
  const time = new Date(Math.floor(Number(cell.micros) / 1000))
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** A column that says more of a part of an item than its version in the history does. */
interface Overlay {
  column: RowColumn
  /** Where its values stand in an item. */
  names: readonly string[]
}

/** What is ignored is shown with its latest value, and what is preferred with that: both stand in the columns. */
function overlaysOf(definition: ViewDefinition, columns: readonly RowColumn[]): Overlay[] {
  const { ignore, prefer, columns: defined } = definition
  const preferred = Object.keys(prefer).map((name) => defined?.[name]?.path.steps ?? [name])
  const meant = [...ignore.map(({ steps }) => steps), ...preferred]
  return (
    columns
      .filter(
        ({ name }) => !name.startsWith('_') || defined?.[name] !== undefined || meant.some(([step]) => step === name),
      )
      .flatMap((column) => {
        const steps = defined === undefined ? [column.name] : (defined[column.name]?.path.steps ?? [])
        const names = steps.filter((step) => typeof step === 'string')
        const isMeant = meant.some((path) => startAlike(path, names))
        return names.length > 0 && isMeant ? [{ column, names }] : []
      })
      // Of several columns with one path the item has the one that is preferred.
      .toSorted((a, b) => Number(Object.hasOwn(prefer, a.column.name)) - Number(Object.hasOwn(prefer, b.column.name)))
  )
}

/** One of them leads to, or through, what the other leads to. */
function startAlike(path: ItemPath['steps'], names: readonly string[]): boolean {
  return path.slice(0, names.length).every((step, index) => step === names[index])
}

/** The item with the value of a column put in, where the column holds it as it is. */
function overlaid(item: unknown, { column, names }: Overlay, cell: Cell, isExact: boolean): unknown {
  let holder: unknown = item
  for (const name of names.slice(0, -1)) holder = isTable(holder) ? holder[name] : undefined
  if (!isTable(holder)) return item
  const name = names.at(-1)!
  const was = Object.hasOwn(holder, name) ? holder[name] : undefined
  const value = valueOf(cell, column, was, isExact)
  if (value === undefined || (value === null && was === undefined)) return item
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
  return item
}

/** `undefined` where the column has the value in another form, as a time. */
function valueOf(cell: Cell, { type }: RowColumn, was: unknown, isExact: boolean): unknown {
  if (cell === null) return null
  if (typeof cell === 'string') {
    if (type.alias === 'JSON') return parseExactly(cell, isExact)
    // A column of texts and numbers is text.
    const isPlain = typeof was === 'number' || typeof was === 'bigint' || typeof was === 'boolean'
    return isPlain && /^(?:true|false|-?\d[\d.eE+-]*)$/.test(cell) ? parseExactly(cell, isExact) : cell
  }
  const value = jsValue(cell, type)
  if (!['number', 'bigint', 'boolean'].includes(typeof value)) return undefined
  if (typeof was === 'string') return String(value)
  return typeof value === 'bigint' && !isExact ? Number(value) : value
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
