import { ItemBytes } from './item-bytes.ts'

/** Of known items, how many behind the last one that was found are tried at once: one that has changed is stepped over. */
const tries = 2
/** An item that is whole is looked for among so many that are expected next, and so many that were passed over. */
const ahead = 256
const behind = 64
/** Once so many were not found nearby, they are looked for everywhere: the order may be another one. */
const mostMisses = 256
/** So many items are compared at once to begin with; as long as they are the same, twice as many each time. */
const firstStep = 8
const sampledBytes = 64
/** Items that are compared: of other values the bytes do not tell where they end. */
const opening = new Set(['{', '[', '"'].map((character) => character.charCodeAt(0)))

/**
 * Items of the parcel before, in their order. Neighbouring parcels are nearly the same, and to compare bytes is many times faster
 * than to read them: where a known item stands, it ends where it ended before, and so do those behind it as far as the bytes are
 * the same.
 *
 * It makes no difference but in speed, and in that known items are told as runs.
 */
export class KnownItems {
  /** What is found now. */
  readonly found: ItemBytes
  /** The items that `find`, `findRest` or `same` have found: so many, from this one on. */
  first = 0
  count = 0
  readonly #past: ItemBytes
  #next = 0
  #misses = 0
  #places: Map<number, number> | undefined
  /** Leads to the items of the document that is being read. */
  #path: string | undefined
  /** Behind the last item of it, in bytes; -1: nothing says what follows it. */
  #lastEnd = -1
  /** So much of the item that is expected next stood at the end of the last chunk. */
  #begun = 0

  /** @param past Even without known items, as for the first parcel, it is worth making one. */
  constructor(past = new ItemBytes()) {
    this.#past = past
    this.found = past.fresh()
  }

  /** @param items In the order in which they stood in the parcel. */
  static of(items: Iterable<Uint8Array>): KnownItems {
    const past = new ItemBytes()
    for (const item of items) if (past.add(item) === -1) break
    return new KnownItems(past)
  }

  /** The items that were found, for the next parcel. Nothing may be looked for in these any more. */
  next(): KnownItems {
    return new KnownItems(this.found.tidied())
  }

  get size(): number {
    return this.#past.size
  }

  at(index: number): Buffer {
    return this.#past.at(index)
  }

  /** Another document begins. @param path Leads to its items. */
  begin(path: string): void {
    this.#path = path
    this.#lastEnd = -1
  }

  /** Something was wrong. */
  break(): void {
    this.#lastEnd = -1
  }

  /** An item begins in a list. @param start Where it stands in the document. */
  beginItem(chunk: Buffer, from: number, start: number): void {
    const gap = start - this.#lastEnd
    if (this.#lastEnd !== -1 && gap <= from && this.#isOnPath()) this.found.setGap(chunk.subarray(from - gap, from))
    this.#lastEnd = -1
  }

  /** What leads from one item to the next is kept of one path alone. */
  #isOnPath(): boolean {
    return (this.found.path ??= this.#path) === this.#path
  }

  /**
   * Looks whether known items stand at `from`: says which in `first` and `count`.
   * @param isAlone Only one item is looked for.
   * @returns Where the last of them ends; -1 when it is another item, or only its first part is in the chunk.
   */
  find(chunk: Buffer, from: number, isAlone: boolean): number {
    const past = this.#past
    const last = Math.min(this.#next + tries, past.size)
    for (let index = this.#next; index < last; index++) {
      const end = from + past.lengths[index]!
      if (end <= chunk.length && this.#isAt(index, 0, past.lengths[index]!, chunk, from))
        return this.#extend(index, chunk, end, isAlone)
    }
    return -1
  }

  /** Whether the chunk ends with the first part of the item that is expected next: then `findRest` tells of the next chunk. */
  begins(chunk: Buffer, from: number): boolean {
    const length = chunk.length - from
    const past = this.#past
    if (this.#next >= past.size || length >= past.lengths[this.#next]!) return false
    if (!this.#isAt(this.#next, 0, length, chunk, from)) return false
    this.#begun = length
    return true
  }

  /** @returns As `find`; `undefined`: the chunk is another part of the item. */
  findRest(chunk: Buffer, isAlone: boolean): number | undefined {
    const rest = this.#past.lengths[this.#next]! - this.#begun
    const length = Math.min(rest, chunk.length)
    if (!this.#isAt(this.#next, this.#begun, length, chunk, 0)) return -1
    if (length === rest) return this.#extend(this.#next, chunk, rest, isAlone)
    this.#begun += length
    return undefined
  }

  /** What stood in the chunks before of an item that began like a known one. */
  get begun(): Buffer {
    return this.#past.at(this.#next).subarray(0, this.#begun)
  }

  /** The known item with the same bytes, wherever it stood; the ones behind it are expected next. */
  same(bytes: Uint8Array): boolean {
    if (this.#past.size === 0) return false
    let index = this.#nearby(bytes)
    if (index === -1 && ++this.#misses >= mostMisses) {
      this.#places ??= this.#placesOfAll()
      const place = this.#places.get(fingerprint(bytes)) ?? -1
      if (place !== -1 && this.#is(place, bytes)) index = place
    }
    if (index === -1) return false
    this.first = index
    this.count = 1
    this.#foundUntil(index)
    return true
  }

  /** Takes note of what was found. @param end Behind it, in the document; -1: nothing follows it. @returns The place of the first */
  noteRun(end: number): number {
    const place = this.found.addRun(this.#past, this.first, this.count)
    this.#lastEnd = place === -1 ? -1 : end
    return place
  }

  /** Takes note of a known item that was found in another way. @returns Its place */
  noteKnown(index: number): number {
    this.first = index
    this.count = 1
    return this.noteRun(-1)
  }

  /** Takes note of an item that is not known. */
  note(item: Uint8Array, end: number): number {
    const place = this.found.add(item)
    this.#lastEnd = place === -1 ? -1 : end
    return place
  }

  /** What was found from this place on is not handed out. */
  forgetFrom(place: number): void {
    this.found.cut(place)
    this.#lastEnd = -1
  }

  #isAt(index: number, skip: number, length: number, chunk: Buffer, from: number): boolean {
    const { arena, positions } = this.#past
    const position = positions[index]!
    return opening.has(arena.first(position)) && arena.isIn(position + skip, length, chunk, from)
  }

  /** Goes on behind a known item that ends at `from`. */
  #extend(index: number, chunk: Buffer, from: number, isAlone: boolean): number {
    this.first = index
    let [last, end] = [index, from]
    // The same bytes, begun in the same place of the same path, end there: whatever stands between items leads from one to the next.
    if (!isAlone && this.#path === this.#past.path && this.#isOnPath()) {
      for (let step = firstStep; ;) {
        const until = this.#same(last, step, chunk, end)
        if (until === last) break
        end += this.#bytesBetween(last, until)
        step = until - last < step ? 1 : step * 2
        last = until
      }
    }
    this.count = last - index + 1
    this.#foundUntil(last)
    return end
  }

  /** @returns The last of at most `step` items behind `last` that stand at `from`; `last`, where none does. */
  #same(last: number, step: number, chunk: Buffer, from: number): number {
    const { arena, positions, lengths, gaps } = this.#past
    let most = this.#reach(last, step, chunk.length - from)
    if (most === last) return last
    const start = positions[last]! + lengths[last]!
    const next = start + gaps[last]!
    // Not side by side in memory: the gap, and then the item.
    if (positions[last + 1] !== next) {
      const isSame = arena.isIn(start, gaps[last]!, chunk, from)
      return isSame && this.#isAt(last + 1, 0, lengths[last + 1]!, chunk, from + gaps[last]!) ? last + 1 : last
    }
    for (; most > last; most = (last + most) >> 1) {
      if (!opening.has(arena.first(positions[most]!))) continue
      if (arena.isIn(start, this.#bytesBetween(last, most), chunk, from)) return most
    }
    return last
  }

  /** The last of the items behind `last` that can be compared at once. */
  #reach(last: number, step: number, room: number): number {
    const { positions, lengths, gaps, size } = this.#past
    let place = last
    let rest = room
    while (place < last + step && place + 1 < size && gaps[place] !== -1) {
      const next = positions[place]! + lengths[place]! + gaps[place]!
      rest -= gaps[place]! + lengths[place + 1]!
      if (rest < 0 || (place > last && positions[place + 1] !== next)) break
      place++
      if (positions[place] !== next) break
    }
    return place
  }

  #bytesBetween(last: number, until: number): number {
    const { lengths, gaps } = this.#past
    let bytes = 0
    for (let place = last; place < until; place++) bytes += gaps[place]! + lengths[place + 1]!
    return bytes
  }

  #placesOfAll(): Map<number, number> {
    const places = new Map<number, number>()
    for (let place = 0; place < this.#past.size; place++) places.set(fingerprint(this.at(place)), place)
    return places
  }

  #nearby(bytes: Uint8Array): number {
    const { length } = bytes
    const { lengths, size } = this.#past
    const last = Math.min(this.#next + ahead, size)
    for (let index = this.#next; index < last; index++)
      if (lengths[index] === length && this.#is(index, bytes)) return index
    const first = Math.max(0, this.#next - behind)
    for (let index = this.#next - 1; index >= first; index--)
      if (lengths[index] === length && this.#is(index, bytes)) return index
    return -1
  }

  #is(index: number, bytes: Uint8Array): boolean {
    const item = this.at(index)
    return item.length === bytes.length && endsAlike(item, bytes) && item.equals(bytes)
  }

  #foundUntil(index: number): void {
    this.#next = index + 1
    this.#misses = 0
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

/** Most items that differ do so soon, or at their end: to look there is quicker than to compare them. @param b Is as long. */
function endsAlike(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a
  for (let index = 0; index < length && index < sampledBytes; index++) {
    if (a[index] !== b[index] || a[length - 1 - index] !== b[length - 1 - index]) return false
  }
  return true
}
