import { KnownItems } from '../input/json/known-items.ts'
import type { FoundItem } from '../item.ts'
import type { ItemLog } from '../log/item-log.ts'

/** So many bytes of the parcel before are kept in memory; items beyond them are read again. */
const mostBytes = 192 * 1024 * 1024

/** Of items that look alike in the bytes that are sampled, so many are compared. */
const mostAlike = 4
const sampledBytes = 24

/** The items of a parcel, in its order, to be known again in the next one by their bytes. */
export class ItemsBefore {
  readonly known: KnownItems
  readonly #items: Uint32Array
  readonly #json: Uint8Array[]
  /** Made when it is needed first: items of JSON are known already. */
  #bySample: Map<number, number[]> | undefined
  /** By the numbers of their keys; made when it is needed first. */
  #byKey: Map<number, number> | undefined

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

  /** The item with these bytes; `undefined`, too, where too many look like it. */
  find({ json, known }: FoundItem): number | undefined {
    if (known !== undefined) return this.#items[known]
    this.#bySample ??= this.#placesBySample()
    const place = this.#bySample.get(sampleOf(json))?.find((one) => isSame(this.#json[one]!, json))
    return place === undefined ? undefined : this.#items[place]
  }

  #placesBySample(): Map<number, number[]> {
    const places = new Map<number, number[]>()
    for (const [place, json] of this.#json.entries()) {
      const sample = sampleOf(json)
      const alike = places.get(sample)
      if (alike === undefined) places.set(sample, [place])
      else if (alike.length < mostAlike) alike.push(place)
    }
    return places
  }

  /** The item with this key. */
  withKey({ table }: ItemLog, key: number): number | undefined {
    this.#byKey ??= new Map(Array.from(this.#items, (item) => [table.keyOf(item), item]))
    return this.#byKey.get(key)
  }

  #mark({ itemPlaces }: ItemLog, isSet: boolean): void {
    for (let place = 0; place < this.#items.length; place++) itemPlaces.set(this.#items[place]!, isSet ? place + 1 : 0)
  }
}

/** A number from the length and bytes spread over the whole. */
function sampleOf(json: Uint8Array): number {
  const { length } = json
  let sample = length
  for (let part = 1; part <= sampledBytes; part++) {
    sample = (Math.imul(sample, 31) + json[Math.floor((length * part) / (sampledBytes + 1))]!) | 0
  }
  return sample
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0)
}
