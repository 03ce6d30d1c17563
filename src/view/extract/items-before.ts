import { KnownItems } from '../input/json/known-items.ts'
import type { FoundItem } from '../item.ts'
import type { ItemLog } from '../log/item-log.ts'

/** So many bytes of the parcel before are kept in memory; items beyond them are read again. */
const mostBytes = 192 * 1024 * 1024

/** The items of a parcel, in its order, to be known again in the next one by their bytes. */
export class ItemsBefore {
  readonly known: KnownItems
  readonly #items: Uint32Array
  readonly #json: Uint8Array[]

  /** @param earlier Those that the parcel itself was read with. */
  constructor(log: ItemLog, items: Uint32Array, earlier?: ItemsBefore) {
    this.#json = []
    let total = 0
    if (earlier !== undefined) earlier.#mark(log, true)
    for (const item of items) {
      const place = log.itemPlaces.get(item)
      const json = place === 0 ? new Uint8Array(log.jsonOf(item)) : earlier!.#json[place - 1]!
      total += json.length
      if (total > mostBytes) break
      this.#json.push(json)
    }
    if (earlier !== undefined) earlier.#mark(log, false)
    this.#items = items.subarray(0, this.#json.length)
    this.known = new KnownItems(this.#json, earlier?.known)
  }

  /** The item with these bytes. */
  find({ json, known }: FoundItem): number | undefined {
    const place = known ?? this.known.same(json)
    return place === -1 ? undefined : this.#items[place]
  }

  #mark({ itemPlaces }: ItemLog, isSet: boolean): void {
    for (let place = 0; place < this.#items.length; place++) itemPlaces.set(this.#items[place]!, isSet ? place + 1 : 0)
  }
}
