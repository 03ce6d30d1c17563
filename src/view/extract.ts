import type { ViewDefinition } from './definition.ts'
import type { BadItem, FoundItem } from './item.ts'
import type { OrderValue } from './order.ts'

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
  /** Top-level fields and their JSON types: `fieldsOf` reads it. Few different ones in a parcel, each one string. */
  shape: string
}

export declare function extractParcel(
  parcel: string,
  items: AsyncIterable<FoundItem | BadItem>,
  definition: ViewDefinition,
  previous?: Extract,
): Promise<Extract>
