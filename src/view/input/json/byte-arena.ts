const blockBytes = 1024 * 1024
/** Positions are numbers of 31 bits. */
const mostBlocks = 1500

/** Bytes that are only ever added to, in blocks. What was added together lies side by side, in one block. */
export class ByteArena {
  /** Behind what was added last. */
  end = 0
  /** By position; one that is longer than a block is followed by places that are empty. */
  readonly #blocks: (Buffer | undefined)[] = []

  /** @returns Its position; -1: there is no more room. */
  add(bytes: Uint8Array): number {
    if (this.addBehind(bytes)) return this.end - bytes.length
    if (this.#blocks.length + bytes.length / blockBytes >= mostBlocks) return -1
    const position = this.#blocks.length * blockBytes
    const block = Buffer.allocUnsafeSlow(Math.max(bytes.length, blockBytes))
    block.set(bytes)
    this.#blocks.push(block)
    for (let more = block.length - blockBytes; more > 0; more -= blockBytes) this.#blocks.push(undefined)
    this.end = position + bytes.length
    return position
  }

  /** @returns false when there is no room right behind what was added last. */
  addBehind(bytes: Uint8Array): boolean {
    const block = this.#blocks[Math.floor(this.end / blockBytes)]
    const at = this.end % blockBytes
    if (block === undefined || at + bytes.length > blockBytes) return false
    block.set(bytes, at)
    this.end += bytes.length
    return true
  }

  first(position: number): number {
    return this.#blocks[Math.floor(position / blockBytes)]![position % blockBytes]!
  }

  at(position: number, length: number): Buffer {
    const from = position % blockBytes
    return this.#blocks[Math.floor(position / blockBytes)]!.subarray(from, from + length)
  }

  /** Whether these bytes stand in a chunk. */
  isIn(position: number, length: number, chunk: Uint8Array, from: number): boolean {
    const block = this.#blocks[Math.floor(position / blockBytes)]!
    const start = position % blockBytes
    if (length < 16) {
      for (let index = 0; index < length; index++) if (block[start + index] !== chunk[from + index]) return false
      return true
    }
    return block.compare(chunk, from, from + length, start, start + length) === 0
  }
}
