/** More than that is not kept: the parcel behind is then compared item by item. */
const mostBytes = 256 * 1024 * 1024

/**
 * The documents of a parcel as they were read, and where each item lies in them: what stands between two items is there too, so
 * that many of them can be compared at once. Positions count the bytes of all documents.
 */
export class Trace {
  /** Leads to the items of all documents; a document with another path is left out. */
  path: string | undefined
  /** In the order in which they were found, as they were handed out; where each begins and ends. */
  readonly items: Uint8Array[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** Items before which another document begins, or something was wrong: none of these follows from the one before. */
  readonly breaks: number[] = []
  #chunks: Uint8Array[] = []
  #chunkStarts: number[] = []
  #bytes = 0
  /** Where the document begins that is being read; -1 outside of one. */
  #base = -1
  /** The chunk that was looked into last. */
  #near = 0

  /** The next document begins. */
  begin(path: string): void {
    this.path ??= path
    this.#base = this.path === path && this.#bytes <= mostBytes ? this.#bytes : -1
    this.break()
  }

  end(): void {
    this.#base = -1
  }

  break(): void {
    if (this.breaks.at(-1) !== this.items.length) this.breaks.push(this.items.length)
  }

  /** @param chunk Has to stay as it is. */
  addChunk(chunk: Uint8Array): void {
    if (this.#base === -1) return
    this.#chunks.push(chunk)
    this.#chunkStarts.push(this.#bytes)
    this.#bytes += chunk.length
    if (this.#bytes > mostBytes) this.#giveUp()
  }

  /** @param start In the document that is being read. */
  addItem(json: Uint8Array, start: number): void {
    if (this.#base === -1) return
    this.items.push(json)
    this.starts.push(this.#base + start)
    this.ends.push(this.#base + start + json.length)
  }

  /** Whether the bytes from one position to another are those at `at` in the chunk. */
  matches(from: number, to: number, chunk: Buffer, at: number): boolean {
    let place = this.#chunkAt(from)
    for (let position = from; position < to; place++) {
      const known = this.#chunks[place]!
      const first = position - this.#chunkStarts[place]!
      const length = Math.min(to - position, known.length - first)
      const here = at + position - from
      if (chunk.compare(known, first, first + length, here, here + length) !== 0) return false
      position += length
    }
    return true
  }

  #chunkAt(position: number): number {
    const starts = this.#chunkStarts
    let place = this.#near
    if (starts[place]! > position) place = 0
    while (place + 1 < starts.length && starts[place + 1]! <= position) place++
    return (this.#near = place)
  }

  #giveUp(): void {
    for (const list of [this.items, this.starts, this.ends, this.breaks, this.#chunks, this.#chunkStarts])
      list.length = 0
    this.#base = -1
    this.#bytes = Infinity
  }
}
