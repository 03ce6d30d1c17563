/** Of known items, how many behind the last one that was found are tried at once: one that has changed is stepped over. */
const tries = 2
/** Items that are compared: of other values the bytes do not tell where they end. */
const opening = new Set(['{', '[', '"'].map((character) => character.charCodeAt(0)))

/**
 * Items of the parcel before, in their order. Neighbouring parcels are nearly the same, and to compare bytes is many times faster
 * than to read them: where a known item stands, it ends where it ended before.
 */
export class KnownItems {
  readonly #items: readonly Uint8Array[]
  #next = 0
  #places: Map<number, number> | undefined

  constructor(items: Iterable<Uint8Array>) {
    this.#items = [...items].filter((item) => opening.has(item[0] ?? 0))
  }

  /** The known item that stands at `from`, whole; `undefined` when it is another one, or only its first part is in the chunk. */
  at(chunk: Buffer, from: number): Uint8Array | undefined {
    const last = Math.min(this.#next + tries, this.#items.length)
    for (let index = this.#next; index < last; index++) {
      const item = this.#items[index]!
      const end = from + item.length
      if (end > chunk.length || chunk.compare(item, 0, item.length, from, end) !== 0) continue
      this.#next = index + 1
      return item
    }
    return undefined
  }

  /** The known item with the same bytes, wherever it stood; the ones behind it are expected next. */
  same(bytes: Uint8Array): Uint8Array | undefined {
    this.#places ??= new Map(this.#items.map((item, index) => [fingerprint(item), index]))
    const index = this.#places.get(fingerprint(bytes))
    if (index === undefined) return undefined
    const item = this.#items[index]!
    if (Buffer.compare(item, bytes) !== 0) return undefined
    this.#next = index + 1
    return item
  }
}

/** Of the length and some bytes all over the item; two items may have the same. */
function fingerprint(bytes: Uint8Array): number {
  const { length } = bytes
  let sum = length
  const step = Math.max(1, length >> 6)
  for (let index = length - 1; index >= 0; index -= step) sum = (Math.imul(sum, 31) + bytes[index]!) | 0
  return sum
}
