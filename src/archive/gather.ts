const chunkBytes = 256 * 1024
const none: Buffer[] = []

/** Makes chunks of some size out of many small pieces: a stream costs by the chunk. */
export class Gather {
  #buffer = Buffer.allocUnsafe(chunkBytes)
  #used = 0
  /** Bytes that have been added so far. */
  total = 0

  /** Copies the piece; returns the chunks that are full now. */
  add(piece: Uint8Array): Buffer[] {
    this.total += piece.length
    if (piece.length < chunkBytes - this.#used) {
      this.#buffer.set(piece, this.#used)
      this.#used += piece.length
      return none
    }
    const full: Buffer[] = []
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + chunkBytes - this.#used)
      this.#buffer.set(part, this.#used)
      this.#used += part.length
      from += part.length
      if (this.#used === chunkBytes) full.push(...this.flush())
    }
    return full
  }

  /** Like `add`, but a large piece is not copied: it must not change any more. */
  pass(piece: Uint8Array): Uint8Array[] {
    if (piece.length < chunkBytes / 4) return this.add(piece)
    this.total += piece.length
    return [...this.flush(), piece]
  }

  /** The chunk that is not full yet, if there is anything in it. */
  flush(): Buffer[] {
    if (this.#used === 0) return none
    const chunk = this.#buffer.subarray(0, this.#used)
    // A reader may keep the chunk, so it is never filled again.
    this.#buffer = Buffer.allocUnsafe(chunkBytes)
    this.#used = 0
    return [chunk]
  }
}
