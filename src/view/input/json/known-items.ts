import { Trace } from './trace.ts'

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
 * It makes no difference but in speed, and in what `known` of an item says.
 */
export class KnownItems {
  /** Where the items lie that are found with these. */
  readonly trace = new Trace()
  /** The items that `find` has found: so many, from this one on. */
  first = 0
  count = 0
  readonly #items: readonly Uint8Array[]
  /** Of the items: to look at those themselves takes many times longer. */
  readonly #lengths: Uint32Array
  readonly #past: Trace
  /** Where in `#past` each item is; -1: nowhere. */
  readonly #ordinals: Int32Array
  /** Behind the last of the items that follow each one there with nothing in between that needs to be read. */
  readonly #runEnds: Int32Array
  #next = 0
  #misses = 0
  #places: Map<number, number> | undefined

  /**
   * @param items In the order in which they stood in the parcel; they have to stay as they are.
   * @param before What that parcel was read with: then whole stretches of it can be compared. Even without known items, as for the
   * first parcel, that is worth making: `new KnownItems([])`.
   */
  constructor(items: Iterable<Uint8Array>, before?: KnownItems) {
    this.#items = [...items]
    this.#lengths = Uint32Array.from(this.#items, ({ length }) => length)
    this.#past = before?.trace ?? new Trace()
    this.#ordinals = ordinalsOf(this.#items, this.#past)
    this.#runEnds = runEndsOf(this.#ordinals, this.#past)
  }

  at(index: number): Uint8Array {
    return this.#items[index]!
  }

  /**
   * Looks whether known items stand at `from`: says which in `first` and `count`.
   * @param path The path that has led here; `undefined`: only one item is looked for.
   * @returns Where the last of them ends; -1 when it is another item, or only its first part is in the chunk.
   */
  find(chunk: Buffer, from: number, path: string | undefined): number {
    const last = Math.min(this.#next + tries, this.#items.length)
    for (let index = this.#next; index < last; index++) {
      const item = this.#items[index]!
      const end = from + item.length
      if (end > chunk.length || !opening.has(item[0]!)) continue
      if (chunk.compare(item, 0, item.length, from, end) !== 0) continue
      this.first = index
      this.count = 1
      // The same bytes, begun in the same place of the same path, end there: whatever stands between the items leads from one to the next.
      const runEnd = path !== undefined && path === this.#past.path ? this.#extend(index, chunk, end) : end
      this.#found(index + this.count - 1)
      return runEnd
    }
    return -1
  }

  /** The items that `find` has found are those of the next parcel, too. @param start Where the first of them stands in its document. */
  noteRun(start: number): void {
    const { trace } = this
    const past = this.#past
    const ordinal = this.#ordinals[this.first]!
    trace.addItem(this.#items[this.first]!, start)
    for (let index = 1; index < this.count; index++)
      trace.addItem(this.#items[this.first + index]!, start + past.starts[ordinal + index]! - past.starts[ordinal]!)
  }

  /** Goes on behind a known item that ends at `from`. */
  #extend(index: number, chunk: Buffer, from: number): number {
    const past = this.#past
    let limit = this.#runEnds[index]!
    let last = index
    let [end, step, isGrowing] = [from, firstStep, true]
    while (last + 1 < limit) {
      const start = past.ends[this.#ordinals[last]!]!
      let target = Math.min(last + step, limit - 1)
      let until = past.ends[this.#ordinals[target]!]!
      while (target > last && until - start > chunk.length - end) {
        target = (last + target) >> 1
        until = past.ends[this.#ordinals[target]!]!
      }
      if (target === last) break
      // A number that is the last of them may go on.
      if (opening.has(this.#items[target]![0]!) && past.matches(start, until, chunk, end)) {
        end += until - start
        last = target
      } else {
        limit = target
        isGrowing = false
      }
      step = isGrowing ? step * 2 : Math.max(1, (limit - 1 - last) >> 1)
    }
    this.count = last - index + 1
    return end
  }

  /** The known item with the same bytes, wherever it stood, as its index; the ones behind it are expected next. -1: none was noticed. */
  same(bytes: Uint8Array): number {
    if (this.#items.length === 0) return -1
    const index = this.#nearby(bytes)
    if (index !== -1) return this.#found(index)
    if (++this.#misses < mostMisses) return -1
    this.#places ??= new Map(this.#items.map((item, place) => [fingerprint(item), place]))
    const place = this.#places.get(fingerprint(bytes))
    return place !== undefined && isSame(this.#items[place]!, bytes) ? this.#found(place) : -1
  }

  #nearby(bytes: Uint8Array): number {
    const { length } = bytes
    const lengths = this.#lengths
    const last = Math.min(this.#next + ahead, lengths.length)
    for (let index = this.#next; index < last; index++)
      if (lengths[index] === length && this.#is(index, bytes)) return index
    const first = Math.max(0, this.#next - behind)
    for (let index = this.#next - 1; index >= first; index--)
      if (lengths[index] === length && this.#is(index, bytes)) return index
    return -1
  }

  #is(index: number, bytes: Uint8Array): boolean {
    return endsAlike(this.#items[index]!, bytes) && isSame(this.#items[index]!, bytes)
  }

  #found(index: number): number {
    this.#next = index + 1
    this.#misses = 0
    return index
  }
}

/** The items are those of the trace, in its order, save for some that were left out. */
function ordinalsOf(items: readonly Uint8Array[], { items: traced }: Trace): Int32Array {
  const ordinals = new Int32Array(items.length).fill(-1)
  let ordinal = 0
  for (let index = 0; index < items.length && ordinal < traced.length; index++) {
    const item = items[index]!
    let found = ordinal
    while (found < traced.length && !isSame(traced[found]!, item)) found++
    // To look for what is not there costs as much as there are; so it is done once.
    if (found === traced.length) break
    ordinals[index] = found
    ordinal = found + 1
  }
  return ordinals
}

function runEndsOf(ordinals: Int32Array, { breaks }: Trace): Int32Array {
  const ends = new Int32Array(ordinals.length)
  const broken = new Set(breaks)
  for (let index = ordinals.length - 1; index >= 0; index--) {
    const ordinal = ordinals[index]!
    const following = ordinals[index + 1] ?? -1
    const goesOn = ordinal !== -1 && following === ordinal + 1 && !broken.has(following)
    ends[index] = goesOn ? ends[index + 1]! : index + 1
  }
  return ends
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

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0)
}
