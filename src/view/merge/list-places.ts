import type { ItemLog } from '../log/item-log.ts'
import { type Compared, comparePlaces } from './places.ts'
import type { MergeState } from './state.ts'
import { column } from './tracks.ts'

/** An item that was below the window, and is seen again. */
interface Risen {
  key: number
  seenIn: number
}

/** Tells, by the places that items had in the lists of parcels, which of them a list would show if they still existed. */
export class ListPlaces {
  readonly #log: ItemLog
  readonly #state: MergeState
  #items: Uint32Array = new Uint32Array(0)
  #parcel = -1
  #again: Risen[] = []
  #shown = new Map<number, ReadonlySet<number>>()
  /** The lowest of the items that have moved up: all that were last seen later, or in the same list before it, would be shown. */
  #lowest: { seenIn: number; before: ReadonlySet<number> } | undefined

  constructor(log: ItemLog, state: MergeState) {
    this.#log = log
    this.#state = state
  }

  /** An item that was below the window is seen again in a parcel. */
  again(track: number, seenIn: number, parcel: number): void {
    if (parcel !== this.#parcel) this.#begin(parcel)
    this.#again.push({ key: this.#state.tracks.get(track, column.key), seenIn })
  }

  /** The list of a parcel, after all its items were seen. */
  look(parcel: number, items: Uint32Array): void {
    if (parcel !== this.#parcel) this.#begin(parcel)
    this.#items = items
    const { range } = this.#state.notes
    if (range === null || this.#again.length === 0) return
    const { risenFrom } = this.compare(range.parcel)
    const risen = new Set(Array.from(items.subarray(risenFrom), (item) => this.#log.table.keyOf(item)))
    const found = this.#again.filter(({ key }) => risen.has(key))
    if (found.length === 0) return
    const seenIn = found.reduce((least, one) => Math.min(least, one.seenIn), Infinity)
    const keys = this.#keysOf(seenIn)
    const place = found.reduce((most, one) => (one.seenIn === seenIn ? Math.max(most, keys.indexOf(one.key)) : most), 0)
    this.#lowest = { seenIn, before: new Set(keys.slice(0, place)) }
  }

  /** Whether something that stood below the item has moved up into the list. */
  isAboveRisen(track: number): boolean {
    if (this.#lowest === undefined) return false
    const { tracks } = this.#state
    const { seenIn, before } = this.#lowest
    const lastSeen = tracks.get(track, column.lastSeen)
    return lastSeen > seenIn || (lastSeen === seenIn && before.has(tracks.get(track, column.key)))
  }

  /** Whether the list would show the item. */
  wouldShow(track: number): boolean {
    if (this.isAboveRisen(track)) return true
    const { tracks } = this.#state
    const lastSeen = tracks.get(track, column.lastSeen)
    let shown = this.#shown.get(lastSeen)
    if (shown === undefined) {
      shown = new Set(this.#keysOf(lastSeen).slice(0, this.compare(lastSeen).reach))
      this.#shown.set(lastSeen, shown)
    }
    return shown.has(tracks.get(track, column.key))
  }

  /** Compares the list with that of an earlier parcel. */
  compare(earlier: number, items: Uint32Array = this.#items): Compared {
    const keys = this.#keysOf(earlier)
    const places = new Map(keys.map((key, place) => [key, place]))
    const { table } = this.#log
    return comparePlaces(
      Array.from(items, (item) => places.get(table.keyOf(item)) ?? -1),
      keys.length,
    )
  }

  #begin(parcel: number): void {
    this.#parcel = parcel
    this.#again = []
    this.#shown = new Map()
    this.#lowest = undefined
  }

  /** In the order of the list. */
  #keysOf(parcel: number): number[] {
    const { items } = this.#log.extractOf(this.#state.parcels[parcel]!)
    return Array.from(items, (item) => this.#log.table.keyOf(item))
  }
}
