import type { ViewDefinition } from './definition.ts'
import { knownItems } from './extract/known-items.ts'
import { createItemReader } from './extract/read-item.ts'
import type { BadItem, FoundItem } from './item.ts'
import { type OrderValue, isAfter } from './order.ts'

/** What a view takes from one parcel. */
export interface Extract {
  parcel: string
  /** By key, in the order in which they stand there; of a key that comes twice the last one. */
  items: Map<string, ExtractedItem>
  /** Items whose key came again later in the parcel. */
  duplicates: number
  errors: BadItem[]
  /** The smallest and the largest value of `window.by`; `undefined` without a window, or without such values. */
  bounds: { low: OrderValue; high: OrderValue } | undefined
  /** Names of top-level fields with the JSON types seen: for format drift. */
  fields: Map<string, Set<string>>
}

export interface ExtractedItem {
  key: string
  /** Hash of the item without what is ignored, in canonical form: what counts as a change. 128 bits, hex. */
  version: string
  json: Uint8Array
  /** The value of `window.by`; `undefined` without a window, and where it has none. */
  order: OrderValue | undefined
  /** Top-level fields and their JSON types, as JSON. Few different ones in a parcel. */
  shape: string
}

type Found = FoundItem | BadItem

/** Items one by one, or several at a time: to wait for each one costs more than to compare it. */
type ItemSource = AsyncIterable<Found | readonly Found[]> | Iterable<Found | readonly Found[]>

/**
 * Takes the items of one parcel. An item with the very bytes of one in `previous` is not parsed, and not copied either: the one that
 * is there already is taken. So `previous` makes no difference but in speed and memory.
 *
 * @param previous Another extract by the same definition, best of the parcel before.
 */
export async function extractParcel(
  parcel: string,
  items: ItemSource,
  definition: ViewDefinition,
  previous?: Pick<Extract, 'items'>,
): Promise<Extract> {
  const readItem = createItemReader(definition)
  const known = knownItems(previous?.items.values() ?? [])
  const taken = new Map<string, ExtractedItem>()
  const errors: BadItem[] = []
  let duplicates = 0
  let place = 0
  const take = (found: Found): void => {
    if ('problem' in found) {
      errors.push(found)
      return
    }
    place++
    const item = known.find(found.json) ?? readItem(found.json)
    if ('problem' in item) {
      errors.push({ problem: item.problem, file: found.file, path: `item ${place}` })
      return
    }
    // A key that is set again keeps its old place.
    if (taken.delete(item.key)) duplicates++
    taken.set(item.key, item)
  }
  for await (const found of items) {
    if (isBatch(found)) for (const one of found) take(one)
    else take(found)
  }
  return { parcel, items: taken, duplicates, errors, ...summaryOf(taken.values()) }
}

function isBatch(found: Found | readonly Found[]): found is readonly Found[] {
  return Array.isArray(found)
}

/** What an extract says of its items together. */
function summaryOf(items: Iterable<ExtractedItem>): Pick<Extract, 'bounds' | 'fields'> {
  const shapes = new Set<string>()
  let bounds: Extract['bounds']
  for (const { order, shape } of items) {
    shapes.add(shape)
    if (order === undefined) continue
    bounds ??= { low: order, high: order }
    if (isAfter(bounds.low, order)) bounds.low = order
    if (isAfter(order, bounds.high)) bounds.high = order
  }
  return { bounds, fields: fieldsOf(shapes) }
}

function fieldsOf(shapes: Iterable<string>): Extract['fields'] {
  const fields: Extract['fields'] = new Map()
  for (const shape of shapes) {
    for (const [field, type] of Object.entries(JSON.parse(shape) as Record<string, string>)) {
      const types = fields.get(field)
      if (types === undefined) fields.set(field, new Set([type]))
      else types.add(type)
    }
  }
  return fields
}
