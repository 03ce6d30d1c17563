/** Reads a stream of chunks in pieces of other sizes. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]()
  }

  /** At least one byte and at most `most`; `undefined` at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done === true) return undefined
      this.#rest = next.value
    }
    const piece = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }

  /** Exactly so many bytes, fewer only at the end. */
  async exactly(length: number): Promise<Buffer> {
    const first = await this.some(length)
    if (first?.length === length) return Buffer.from(first.buffer, first.byteOffset, length)
    const pieces = first === undefined ? [] : [first]
    for (let missing = length - (first?.length ?? 0); missing > 0;) {
      const piece = await this.some(missing)
      if (piece === undefined) break
      pieces.push(piece)
      missing -= piece.length
    }
    return Buffer.concat(pieces)
  }

  /** Ends the stream, whether it was read to its end or not. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
