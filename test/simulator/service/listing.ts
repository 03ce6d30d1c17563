import type { Item } from '../item.ts'
import type { LiveAccount } from './live-account.ts'

export type SortField = 'id' | 'created_at' | 'updated_at' | 'saved_at'

/** What a list shows, and in which order. Ties are in order of id. */
export interface Selection {
  by: SortField
  direction: 'asc' | 'desc'
  /** Only items with `updated_at` at or after it. */
  since?: string | undefined
  /** Only the newest so many, by the field of the order. */
  newest?: number | undefined
  list?: string | undefined
}

/** A place in an order: right after the item that has this value and this id, be it still there or not. */
export interface Place {
  value: string | number
  id: number
}

/** The account's lists. They are kept until the account changes: a stream of a million items is sorted once. */
export interface Listing {
  select(selection: Selection): readonly Item[]
}

const kept = 8

export function createListing(account: LiveAccount): Listing {
  const lists = new Map<string, readonly Item[]>()
  let length = 0
  return {
    select(selection) {
      if (length !== account.log.length || lists.size > kept) lists.clear()
      length = account.log.length
      const name = JSON.stringify(selection)
      const list = lists.get(name) ?? selectFrom(account.listed(), selection)
      lists.set(name, list)
      return list
    },
  }
}

/** What a list shows of items, whatever they come from: the service's present, or the oracle's past. */
export function selectFrom(items: readonly Item[], { by, direction, since, newest, list }: Selection): Item[] {
  const from = since === undefined ? undefined : Date.parse(since)
  const chosen = items.filter(
    (item) => (from === undefined || Date.parse(item.updated_at) >= from) && (list === undefined || item.list === list),
  )
  const sorted = chosen.sort((a, b) => comparePlaces(placeOf(a, by), placeOf(b, by)))
  const window = newest === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - newest))
  return direction === 'asc' ? window : window.reverse()
}

export function placeOf(item: Item, by: SortField): Place {
  return { value: item[by], id: item.id }
}

/** The index of the first item after the place. */
export function indexAfter(items: readonly Item[], place: Place, { by, direction }: Selection): number {
  const sign = direction === 'asc' ? 1 : -1
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (comparePlaces(placeOf(items[middle]!, by), place) * sign > 0) high = middle
    else low = middle + 1
  }
  return low
}

/** The index of the first item beyond an instant, in the order's own direction; its ties are passed over, unless `inclusive`. */
export function indexBeyond(items: readonly Item[], ms: number, selection: Selection, inclusive = false): number {
  // Stamps are whole seconds: the border lies right before one, or right after one and its ties.
  const isBefore = (selection.direction === 'asc') === inclusive
  const seconds = isBefore ? Math.ceil(ms / 1000) : Math.floor(ms / 1000)
  const value = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
  return indexAfter(items, { value, id: isBefore ? -Infinity : Infinity }, selection)
}

function comparePlaces(a: Place, b: Place): number {
  if (a.value === b.value) return a.id - b.id
  return a.value < b.value ? -1 : 1
}
