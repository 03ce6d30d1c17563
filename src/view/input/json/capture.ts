/** A text in Node.js has at most some 512 million characters, so nothing could be done with a longer item. */
export const longestItemBytes = 500_000_000

/** What the bytes are that a scanner is in the middle of: those of items and keys are kept. */
type Kind = 'nothing' | 'item' | 'key' | 'damaged key' | 'other'

/** The bytes of a value, or key, over chunks. */
export class Capture {
  kind: Kind = 'nothing'
  /** Where it begins in the document. */
  start = 0
  /** Where it begins in this chunk; what was in the chunks before is kept. */
  #from = 0
  #pieces: Uint8Array[] = []
  #keptBytes = 0

  begin(kind: Kind, from: number, start: number): void {
    this.kind = kind
    this.#from = from
    this.start = start
  }

  /** Forgets what was captured. */
  drop(kind: Kind): void {
    this.#pieces = []
    this.#keptBytes = 0
    this.kind = kind
  }

  /** Another chunk comes. @returns false when it has become too long */
  endChunk(chunk: Uint8Array): boolean {
    const isKept = this.kind === 'item' || this.kind === 'key'
    const piece = chunk.subarray(this.#from)
    this.#from = 0
    if (!isKept || piece.length === 0) return true
    this.#keptBytes += piece.length
    if (this.#keptBytes > longestItemBytes) return false
    // The chunk may be used again.
    this.#pieces.push(Buffer.from(piece))
    return true
  }

  bytes(chunk: Buffer, end: number): Uint8Array {
    const last = chunk.subarray(this.#from, end)
    return this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
  }
}
