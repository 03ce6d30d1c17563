const lengthBytes = 4
/** In a length: the text is UTF-16, as it has half a surrogate pair, which UTF-8 cannot say. */
const wide = 0x8000_0000
const free = 0
const halfPair = /\p{Surrogate}/u

/** Texts, each once, by numbers in the order in which they came: keys of items, and what else many items share. */
export class Texts {
  /** Each as its length and its bytes. */
  #bytes: Buffer
  #used: number
  #starts = new Uint32Array(1024)
  #size = 0
  /** Number and 1 of a text, at a place that its hash tells; made when it is needed first. */
  #table: Uint32Array | undefined

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes
    this.#used = bytes.length
    for (let at = 0; at < bytes.length; at += lengthBytes + (bytes.readUInt32LE(at) & ~wide)) this.#addStart(at)
  }

  get size(): number {
    return this.#size
  }

  get usedBytes(): number {
    return this.#used
  }

  /** What was added since there were so many bytes. */
  bytesSince(from: number): Uint8Array {
    return this.#bytes.subarray(from, this.#used)
  }

  textOf(number: number): string {
    const at = this.#starts[number]!
    const length = this.#bytes.readUInt32LE(at)
    const [start, end] = [at + lengthBytes, at + lengthBytes + ((length & ~wide) >>> 0)]
    return this.#bytes.toString(length >= wide ? 'utf16le' : 'utf8', start, end)
  }

  /** The number of a text, which is added if it is new. */
  numberOf(text: string): number {
    this.#table ??= this.#tableFor(this.#size)
    // It is written behind the others first, and stays there if it is new.
    const end = this.#write(text)
    const table = this.#table
    const mask = table.length - 1
    let place = this.#hash(this.#used, end) & mask
    for (let entry = table[place]!; entry !== free; entry = table[place]!) {
      if (this.#isSame(this.#starts[entry - 1]!, end)) return entry - 1
      place = (place + 1) & mask
    }
    this.#addStart(this.#used)
    this.#used = end
    table[place] = this.#size
    if (this.#size * 2 > table.length) this.#table = this.#tableFor(this.#size)
    return this.#size - 1
  }

  #write(text: string): number {
    const most = this.#used + lengthBytes + text.length * 3
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(most, this.#bytes.length * 2, 64 * 1024))
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
    }
    const isWide = halfPair.test(text)
    const length = this.#bytes.write(text, this.#used + lengthBytes, isWide ? 'utf16le' : 'utf8')
    this.#bytes.writeUInt32LE(isWide ? length + wide : length, this.#used)
    return this.#used + lengthBytes + length
  }

  #addStart(at: number): void {
    if (this.#size === this.#starts.length) {
      const larger = new Uint32Array(this.#size * 2)
      larger.set(this.#starts)
      this.#starts = larger
    }
    this.#starts[this.#size++] = at
  }

  /** Whether the text at `start` is the one that was written last. */
  #isSame(start: number, end: number): boolean {
    const length = end - this.#used
    for (let index = 0; index < length; index++) {
      if (this.#bytes[start + index] !== this.#bytes[this.#used + index]) return false
    }
    return true
  }

  #hash(from: number, to: number): number {
    let hash = 0x811c_9dc5
    for (let index = from; index < to; index++) hash = Math.imul(hash ^ this.#bytes[index]!, 0x0100_0193)
    return hash ^ (hash >>> 15)
  }

  #tableFor(size: number): Uint32Array {
    let length = 4096
    while (length < size * 4) length *= 2
    const table = new Uint32Array(length)
    const mask = length - 1
    for (let number = 0; number < this.#size; number++) {
      const end = number + 1 < this.#size ? this.#starts[number + 1]! : this.#used
      let place = this.#hash(this.#starts[number]!, end) & mask
      while (table[place] !== free) place = (place + 1) & mask
      table[place] = number + 1
    }
    return table
  }
}
