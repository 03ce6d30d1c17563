import type { FoundItem, FoundRun } from '../item.ts'
import type { ItemLog } from '../log/item-log.ts'

/** It was found, and could not be read. */
const none = 0xffff_ffff

/** Its bytes are of interest in rare cases alone. */
class ItemOfRun implements FoundItem {
  readonly file: string
  readonly place: number
  readonly parents?: readonly string[]
  readonly isText?: true
  readonly #jsonOf: () => Uint8Array

  constructor({ file, place, parents, isText }: FoundRun, index: number, jsonOf: () => Uint8Array) {
    this.file = file
    this.place = place === -1 ? -1 : place + index
    if (parents !== undefined) this.parents = parents
    if (isText !== undefined) this.isText = isText
    this.#jsonOf = jsonOf
  }

  get json(): Uint8Array {
    return this.#jsonOf()
  }
}

/** Which items in the log those of a parcel are, by their places: found in the next one, they need not be read. */
export class ItemsBefore {
  readonly #log: ItemLog
  readonly #numbers: Uint32Array
  /** Of what is found now, up to `#size`. */
  #found: Uint32Array
  #size = 0
  /** The bytes of items that could not be read: they are not in the log. */
  readonly #unread: ReadonlyMap<number, Uint8Array>
  readonly #foundUnread = new Map<number, Uint8Array>()
  /** By the numbers of their keys; made when it is needed first. */
  #byKey: Map<number, number> | undefined

  constructor(log: ItemLog, numbers: Uint32Array, unread: ReadonlyMap<number, Uint8Array> = new Map()) {
    this.#log = log
    this.#numbers = numbers
    this.#unread = unread
    this.#found = new Uint32Array(Math.max(16, numbers.length + (numbers.length >> 3))).fill(none)
  }

  /** The items of the parcel that was read with the help of these, which are of no use any more. */
  next(): ItemsBefore {
    return new ItemsBefore(this.#log, this.#found.subarray(0, this.#size), this.#foundUnread)
  }

  /** The numbers of all items of a run; `undefined` when one of them could not be read. */
  numbersOf({ first, count }: FoundRun): Uint32Array | undefined {
    const numbers = this.#numbers.subarray(first, first + count)
    return numbers.includes(none) ? undefined : numbers
  }

  /** One item of a run, as if it had been found alone; and its number, unless it could not be read. */
  itemOf(run: FoundRun, index: number): { found: FoundItem; known: number | undefined } {
    const number = this.#numbers[run.first + index]!
    const known = number === none ? undefined : number
    const jsonOf = (): Uint8Array =>
      // What the log gives is only good until it is asked again.
      known === undefined ? this.#unread.get(run.first + index)! : this.#log.jsonOf(known).slice()
    return { found: new ItemOfRun(run, index, jsonOf), known }
  }

  /** The item with this key. */
  withKey(key: number): number | undefined {
    const { table } = this.#log
    this.#byKey ??= new Map(Array.from(this.#numbers, (item) => [item === none ? -1 : table.keyOf(item), item]))
    return this.#byKey.get(key)
  }

  /** Takes note of what has been found. */
  note({ place = -1 }: FoundItem, number: number): void {
    if (place === -1) return
    this.#makeRoom(place + 1)
    this.#found[place] = number
  }

  noteUnread({ place = -1, json }: FoundItem): void {
    if (place === -1) return
    this.#makeRoom(place + 1)
    this.#foundUnread.set(place, json.slice())
  }

  noteRun(place: number, numbers: Uint32Array): void {
    if (place === -1) return
    this.#makeRoom(place + numbers.length)
    this.#found.set(numbers, place)
  }

  #makeRoom(needed: number): void {
    this.#size = Math.max(this.#size, needed)
    if (needed <= this.#found.length) return
    const larger = new Uint32Array(Math.max(needed, this.#found.length * 2)).fill(none)
    larger.set(this.#found)
    this.#found = larger
  }
}
