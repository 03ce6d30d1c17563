import type { FoundItem } from '../item.ts'
import type { ItemLog } from '../log/item-log.ts'
import { Numbers } from '../log/numbers.ts'
import type { ItemsBefore } from './items-before.ts'
import type { ItemReader, ReadItem } from './read-item.ts'

const numbered = /([0-9a-f]{32})-\d+("\])?$/
const hash = /([0-9a-f]{32})("\])?$/

/** The key of the n-th item with the same hash in one file; the first has the hash itself. */
function keyOfNth(key: string, n: number): string {
  return n === 1 ? key : key.replace(hash, `$1-${n}$2`)
}

/**
 * Tells items with the same hash from each other, by counting them: two equal rows of a file are two items. In another file of the
 * parcel they are the same two again.
 */
export class EqualItems {
  readonly #log: ItemLog
  readonly #readItem: ItemReader
  readonly #before: ItemsBefore | undefined
  #file: string | undefined
  /** How many there were, by the number of the hash. */
  #counts = new Numbers()

  constructor(log: ItemLog, readItem: ItemReader, before: ItemsBefore | undefined) {
    this.#log = log
    this.#readItem = readItem
    this.#before = before
  }

  /** @param known An item with these bytes. @returns The one of them that it is. */
  known(found: FoundItem, known: number): number {
    const { table, texts } = this.#log
    const key = table.keyOf(known)
    const text = texts.textOf(key)
    const first = text.replace(numbered, '$1$2')
    const wanted = this.#next(found, first, first === text ? key : texts.numberOf(first))
    if (wanted === key) return known
    return this.#same(found, wanted) ?? this.#add(this.#readItem(found.json, found.parents) as ReadItem, wanted)
  }

  /** @returns The item that it has become in the log. */
  add(found: FoundItem, item: ReadItem): number {
    const wanted = this.#next(found, item.key, this.#log.texts.numberOf(item.key))
    return this.#same(found, wanted) ?? this.#add(item, wanted)
  }

  #same(found: FoundItem, key: number): number | undefined {
    const same = this.#before?.withKey(key)
    if (same === undefined) return undefined
    const { json } = found
    return Buffer.compare(this.#log.jsonOf(same), json) === 0 ? same : undefined
  }

  /** @returns The number of the key of the next one of these. */
  #next({ file }: FoundItem, first: string, number: number): number {
    if (file !== this.#file) this.#counts = new Numbers()
    this.#file = file
    const count = this.#counts.get(number) + 1
    this.#counts.set(number, count)
    return count === 1 ? number : this.#log.texts.numberOf(keyOfNth(first, count))
  }

  #add(item: ReadItem, key: number): number {
    return this.#log.addItem({ ...item, key: this.#log.texts.textOf(key) })
  }
}
