import { KnownItems } from '../input/json/known-items.ts'
import type { FoundItem, FoundRun } from '../item.ts'
import type { ItemLog } from '../log/item-log.ts'

/** Of items that look alike in the bytes that are sampled, so many are compared. */
const mostAlike = 4
const sampledBytes = 24
/** It was found, and could not be read. */
const none = 0xffff_ffff

/** The items of a parcel, in its order, to be known again in the next one by their bytes. */
export class ItemsBefore {
  readonly known: KnownItems
  /** In the log, by their places in `known`. */
  readonly #numbers: Uint32Array
  /** Of what is found now. */
  #found: Uint32Array
  /** Made when it is needed first: items of JSON are known already. */
  #bySample: Map<number, number[]> | undefined
  /** By the numbers of their keys; made when it is needed first. */
  #byKey: Map<number, number> | undefined

  private constructor(known: KnownItems, numbers: Uint32Array) {
    this.known = known
    this.#numbers = numbers
    this.#found = new Uint32Array(Math.max(16, numbers.length + (numbers.length >> 3))).fill(none)
  }

  /** @param items Of a parcel that was read earlier, as numbers in the log. */
  static load(log: ItemLog, items: Uint32Array): ItemsBefore {
    const jsons = function* (): Generator<Uint8Array> {
      for (const item of items) yield log.jsonOf(item)
    }
    const known = KnownItems.of(jsons())
    return new ItemsBefore(known, items.subarray(0, known.size))
  }

  /** The items of the parcel that was read with the help of these, which are of no use any more. */
  next(): ItemsBefore {
    const known = this.known.next()
    return new ItemsBefore(known, this.#found.subarray(0, known.size))
  }

  /** The numbers of all items of a run; `undefined` when one of them could not be read. */
  numbersOf({ first, count }: FoundRun): Uint32Array | undefined {
    const numbers = this.#numbers.subarray(first, first + count)
    return numbers.includes(none) ? undefined : numbers
  }

  /** One item of a run, as if it had been found alone; and its number, unless it could not be read. */
  itemOf({ first, place, file, parents }: FoundRun, index: number): { found: FoundItem; known: number | undefined } {
    const found: FoundItem = { json: this.known.at(first + index), file, place: place === -1 ? -1 : place + index }
    if (parents !== undefined) found.parents = parents
    const known = this.#numbers[first + index]!
    return { found, known: known === none ? undefined : known }
  }

  /** The item with these bytes; `undefined`, too, where too many look like it. */
  find({ json, place }: FoundItem): number | undefined {
    // It was looked for already.
    if (place !== undefined) return undefined
    this.#bySample ??= this.#placesBySample()
    const found = this.#bySample.get(sampleOf(json))?.find((one) => this.known.at(one).equals(json))
    const number = found === undefined ? none : this.#numbers[found]!
    return number === none ? undefined : number
  }

  /** The item with this key. */
  withKey({ table }: ItemLog, key: number): number | undefined {
    this.#byKey ??= new Map(Array.from(this.#numbers, (item) => [item === none ? -1 : table.keyOf(item), item]))
    return this.#byKey.get(key)
  }

  /** Takes note of what has been found. */
  note({ json, place: told }: FoundItem, number: number): void {
    const place = told ?? this.known.note(json, -1)
    if (place === -1) return
    this.#makeRoom(place + 1)
    this.#found[place] = number
  }

  noteRun(place: number, numbers: Uint32Array): void {
    if (place === -1) return
    this.#makeRoom(place + numbers.length)
    this.#found.set(numbers, place)
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#found.length) return
    const larger = new Uint32Array(Math.max(needed, this.#found.length * 2)).fill(none)
    larger.set(this.#found)
    this.#found = larger
  }

  #placesBySample(): Map<number, number[]> {
    const places = new Map<number, number[]>()
    for (let place = 0; place < this.known.size; place++) {
      const sample = sampleOf(this.known.at(place))
      const alike = places.get(sample)
      if (alike === undefined) places.set(sample, [place])
      else if (alike.length < mostAlike) alike.push(place)
    }
    return places
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
