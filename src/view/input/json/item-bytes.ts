import { ByteArena } from './byte-arena.ts'

/** More than that is not kept: items beyond it are not known in the next parcel. */
const mostBytes = 192 * 1024 * 1024
/** So much of the memory may belong to items that are gone, beside as much as there are others. */
const idleBytes = 8 * 1024 * 1024
/** What stands between two items may hold much, as in a list of lists. */
const longestGap = 4096

/**
 * Items in the order in which they were found, each with the bytes that led from it to the next one. Those that stand as they stood
 * in the parcel before share its memory.
 */
export class ItemBytes {
  size = 0
  /** Leads to the items that are followed by others. */
  path: string | undefined
  /** Of the items; and of the gap behind each, which lies behind it in memory, too. -1: another one does not follow, or is not known to. */
  positions: Int32Array
  lengths: Int32Array
  gaps: Int32Array
  readonly arena: ByteArena
  #bytes = 0
  #isFull = false
  /** The gap behind the last one in the parcel before, where it was there. */
  #pastGap = -1

  constructor(arena = new ByteArena(), capacity = 16) {
    this.arena = arena
    this.positions = new Int32Array(capacity)
    this.lengths = new Int32Array(capacity)
    this.gaps = new Int32Array(capacity)
  }

  /** For the items of the next parcel. */
  fresh(): ItemBytes {
    return new ItemBytes(this.arena, Math.max(16, this.size + (this.size >> 3)))
  }

  at(place: number): Buffer {
    return this.arena.at(this.positions[place]!, this.lengths[place]!)
  }

  /** @returns The place of the item; -1: there is no more room. */
  add(item: Uint8Array): number {
    const position = this.#hasRoom(1, item.length) ? this.arena.add(item) : -1
    if (position === -1) {
      this.#isFull = true
      return -1
    }
    this.positions[this.size] = position
    this.lengths[this.size] = item.length
    this.gaps[this.size] = -1
    this.#pastGap = -1
    return this.size++
  }

  /** Adds items of the parcel before that follow each other. @returns The place of the first; -1: there is no more room. */
  addRun(past: ItemBytes, first: number, count: number): number {
    let bytes = 0
    for (let place = first; place < first + count; place++) bytes += past.lengths[place]!
    if (!this.#hasRoom(count, bytes)) {
      this.#isFull = true
      return -1
    }
    const place = this.size
    this.positions.set(past.positions.subarray(first, first + count), place)
    this.lengths.set(past.lengths.subarray(first, first + count), place)
    this.gaps.set(past.gaps.subarray(first, first + count), place)
    this.size += count
    this.#pastGap = this.gaps[this.size - 1]!
    this.gaps[this.size - 1] = -1
    return place
  }

  /** Leaves so many. */
  cut(size: number): void {
    this.size = size
    this.#pastGap = -1
    if (size > 0) this.gaps[size - 1] = -1
  }

  /** Behind these bytes another item follows the last one. */
  setGap(bytes: Uint8Array): void {
    const last = this.size - 1
    const end = this.positions[last]! + this.lengths[last]!
    if (bytes.length > longestGap) return
    const isThere =
      end === this.arena.end
        ? this.arena.addBehind(bytes)
        : bytes.length === this.#pastGap && this.arena.isIn(end, bytes.length, bytes, 0)
    if (isThere) this.gaps[last] = bytes.length
  }

  /** The same, without memory that belongs to none of them, where that is much. */
  tidied(): ItemBytes {
    if (this.arena.end < 2 * this.#bytes + idleBytes) return this
    const tidy = new ItemBytes(new ByteArena(), this.size)
    tidy.path = this.path
    for (let place = 0; place < this.size; place++) {
      tidy.add(this.at(place))
      const gap = this.gaps[place]!
      if (gap !== -1) tidy.setGap(this.arena.at(this.positions[place]! + this.lengths[place]!, gap))
    }
    return tidy
  }

  #hasRoom(count: number, bytes: number): boolean {
    this.#bytes += bytes
    if (this.#isFull || this.#bytes > mostBytes) return false
    const needed = this.size + count
    if (needed > this.positions.length) {
      this.positions = grown(this.positions, needed)
      this.lengths = grown(this.lengths, needed)
      this.gaps = grown(this.gaps, needed)
    }
    return true
  }
}

function grown(numbers: Int32Array, needed: number): Int32Array {
  const larger = new Int32Array(Math.max(needed, numbers.length * 2))
  larger.set(numbers)
  return larger
}
