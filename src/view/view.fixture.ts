import { parsePath } from '../system/item-path.ts'
import type { ViewDefinition } from './definition.ts'
import { type Extract, extractParcel } from './extract.ts'
import type { FoundItem } from './item.ts'

const none = {
  items: undefined,
  stream: undefined,
  table: undefined,
  sql: undefined,
  element: undefined,
  files: undefined,
  feed: undefined,
  columns: undefined,
}

/** A view of items with an `id`, of which each parcel shows all. */
export function viewOf(changes: Partial<ViewDefinition> = {}): ViewDefinition {
  const absent = { mark: true, parcels: 1, days: 0 }
  const key = [parsePath('id')]
  return { ...none, name: 'items', key, pick: 'latest', prefer: {}, ignore: [], window: 'all', absent, ...changes }
}

export const pathsOf = (...texts: string[]) => texts.map(parsePath)

export const found = (text: string | Uint8Array): FoundItem => ({ json: Buffer.from(text), file: '' })

/** @param items JSON texts, or values. */
export async function extractOf(
  parcel: string,
  items: readonly unknown[],
  view: ViewDefinition = viewOf(),
  previous?: Extract,
): Promise<Extract> {
  const texts = items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
  return extractParcel(parcel, texts.map(found), view, previous)
}
