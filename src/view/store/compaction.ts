import type { ItemLog } from '../log/item-log.ts'
import { Numbers } from '../log/numbers.ts'
import type { ParcelExtract } from '../log/parcel-record.ts'
import type { ViewParcel } from './view-parcel.ts'

/** Less than that is not worth the trouble. */
const leastBytes = 1024 * 1024

/** Whether more than half of the bytes in a log belong to none of these parcels. */
export function isMostlyDead(log: ItemLog, parcels: readonly ViewParcel[]): boolean {
  const total = log.jsonBytes
  if (total < leastBytes) return false
  const seen = new Numbers()
  let live = 0
  for (const { id, content } of parcels) {
    const number = log.segments.find(id, content)
    if (number === undefined) continue
    for (const item of log.extractOf(number).items) {
      if (seen.get(item) !== 0) continue
      seen.set(item, 1)
      live += log.table.placeOf(item).length
    }
  }
  return live * 2 < total
}

/** Copies what parcels have from one log into another. */
export class Compaction {
  readonly from: ItemLog
  readonly #to: ItemLog
  /** By the number of an item in the old log, the one in the new and 1. */
  readonly #items = new Numbers()

  constructor(from: ItemLog, to: ItemLog) {
    this.from = from
    this.#to = to
  }

  /** @param parcel Its number in the old log. @returns What it has, by the numbers of the new one. */
  copy(parcel: number): ParcelExtract {
    const { items, shapes, ...rest } = this.from.extractOf(parcel)
    const { texts } = this.from
    return {
      ...rest,
      items: items.map((item) => this.#copyItem(item)),
      shapes: shapes.map((shape) => this.#to.texts.numberOf(texts.textOf(shape))).sort((a, b) => a - b),
    }
  }

  #copyItem(item: number): number {
    const known = this.#items.get(item)
    if (known !== 0) return known - 1
    const copied = this.#to.copyItem(this.from, item)
    this.#items.set(item, copied + 1)
    return copied
  }
}
