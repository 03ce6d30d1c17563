import { parcelTime } from '../../parcel/id.ts'
import type { ItemLog } from '../log/item-log.ts'
import { Numbers } from '../log/numbers.ts'
import type { Bounds } from '../log/parcel-record.ts'
import { isAfter } from '../order.ts'
import type { ViewDefinition } from '../definition.ts'
import { ListPlaces } from './list-places.ts'
import { type MergeState, idOf } from './state.ts'

const hourMs = 3_600_000
/** So many intervals between parcels are recent. */
const recentSteps = 10

/** What a parcel shows of a window. */
export interface Shown {
  parcel: number
  /** Numbers of items in the log. */
  items: Uint32Array
  bounds: Bounds | undefined
  isFull: boolean
}

/** Compares what neighbouring parcels show of a window: gaps between them, and how much of it is new. */
export class Ranges {
  readonly #newest: number
  /** Where nothing says how the items are ordered. */
  readonly #places: ListPlaces | undefined
  readonly #log: ItemLog
  readonly #state: MergeState
  /** By the number of a key, the last parcel that shows it, and 1. */
  readonly #shownIn = new Numbers()

  constructor({ newest, by }: Exclude<ViewDefinition['window'], 'all'>, log: ItemLog, state: MergeState) {
    this.#newest = newest
    this.#places = by === undefined ? new ListPlaces(log, state) : undefined
    this.#log = log
    this.#state = state
    const { range } = state.notes
    if (range !== null) this.#mark(log.extractOf(state.parcels[range.parcel]!).items, range.parcel)
  }

  look(shown: Shown): void {
    const { notes } = this.#state
    const { parcel, items, bounds, isFull } = shown
    if (notes.range !== null) this.#compare(notes.range, shown)
    this.#mark(items, parcel)
    notes.range = { parcel, bounds: bounds ?? null, isFull }
  }

  #compare(earlier: { parcel: number; bounds: Bounds | null }, later: Shown): void {
    const { notes } = this.#state
    const [after, before] = [idOf(this.#state, earlier.parcel), idOf(this.#state, later.parcel)]
    const hours = (parcelTime(before).getTime() - parcelTime(after).getTime()) / hourMs
    const isGap = !this.#overlaps(earlier, later)
    if (isGap) notes.gaps.push({ after, before, hours })
    notes.steps.push({ hours, turnover: isGap ? 1 : this.#turnover(earlier, later) })
    notes.steps.splice(0, notes.steps.length - recentSteps)
  }

  #overlaps(earlier: { parcel: number; bounds: Bounds | null }, later: Shown): boolean {
    if (!later.isFull || isAfter(earlier.bounds?.high, later.bounds?.low)) return true
    return later.items.some((item) => this.#wasShown(item, earlier.parcel))
  }

  #turnover(earlier: { parcel: number; bounds: Bounds | null }, later: Shown): number {
    if (this.#places !== undefined) {
      return Math.min(1, this.#places.compare(earlier.parcel, later.items).arrived / this.#newest)
    }
    let arrived = 0
    for (const item of later.items) {
      if (this.#wasShown(item, earlier.parcel)) continue
      // What is older than all that was shown before was there before, only further down.
      if (!isAfter(earlier.bounds?.low, this.#log.orderOf(item))) arrived++
    }
    return Math.min(1, arrived / this.#newest)
  }

  #wasShown(item: number, parcel: number): boolean {
    return this.#shownIn.get(this.#log.table.keyOf(item)) === parcel + 1
  }

  #mark(items: Uint32Array, parcel: number): void {
    for (const item of items) this.#shownIn.set(this.#log.table.keyOf(item), parcel + 1)
  }
}
