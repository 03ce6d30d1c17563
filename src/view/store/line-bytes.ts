const quote = 0x22
const backslash = 0x5c
/** Shorter ones are copied faster byte by byte. */
const longBytes = 128
/** What stands behind the backslash; JSON has no other characters below a space, and those only between values. */
const escapes = new Uint8Array(256)
for (const [character, escape] of ['""', '\\\\', '\nn', '\rr', '\tt']) {
  escapes[character!.charCodeAt(0)] = escape!.charCodeAt(0)
}

/** Lines in UTF-8 that are being put together. */
export class LineBytes {
  size = 0
  #bytes = Buffer.allocUnsafeSlow(1024 * 1024)

  /** Valid until more is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size)
  }

  addText(text: string): void {
    this.#need(text.length * 3)
    this.size += this.#bytes.write(text, this.size)
  }

  add(source: Uint8Array, from = 0, to: number = source.length): void {
    this.#need(to - from)
    const target = this.#bytes
    let size = this.size
    if (to - from < longBytes) for (let index = from; index < to; index++) target[size++] = source[index]!
    else {
      target.set(from === 0 && to === source.length ? source : source.subarray(from, to), size)
      size += to - from
    }
    this.size = size
  }

  /** Adds JSON as a text in JSON. */
  addQuoted(json: Uint8Array, from = 0, to: number = json.length): void {
    this.#need((to - from) * 2 + 2)
    const target = this.#bytes
    let size = this.size
    target[size++] = quote
    for (let index = from; index < to; index++) {
      const byte = json[index]!
      const escape = escapes[byte]!
      if (escape === 0) target[size++] = byte
      else {
        target[size++] = backslash
        target[size++] = escape
      }
    }
    target[size++] = quote
    this.size = size
  }

  #need(more: number): void {
    if (this.size + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.size + more, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.size)
    this.#bytes = larger
  }
}
