import type { Json } from './json.ts'

/** Deeper nesting would end the stack. */
const deepest = 1000

const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const code = { quote: 34, comma: 44, colon: 58, open: 91, backslash: 92, close: 93, begin: 123, end: 125 } as const

const words = new Map(['null', 'true', 'false'].map((word) => [word.charCodeAt(0), word]))

/** Reads one JSON value. @throws SyntaxError that does not repeat what stands there */
export function readJson(text: string): Json {
  return new JsonReader(text).read()
}

class JsonReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Json {
    const value = this.#value()
    this.#skipBlanks()
    if (this.#at < this.#text.length) throw this.#unexpected()
    return value
  }

  #value(): Json {
    switch (this.#skipBlanks()) {
      case code.begin:
        return this.#object()
      case code.open:
        return this.#array()
      case code.quote:
        return this.#string()
      default:
        return this.#plain()
    }
  }

  #object(): Json {
    this.#enter()
    const names: string[] = []
    const values: Json[] = []
    let next = this.#skipBlanks()
    while (next !== code.end) {
      if (next !== code.quote) throw this.#unexpected()
      names.push(this.#string())
      if (this.#skipBlanks() !== code.colon) throw this.#unexpected()
      this.#at++
      values.push(this.#value())
      next = this.#separator(code.end)
    }
    this.#leave()
    return { names, values }
  }

  #array(): Json {
    this.#enter()
    const items: Json[] = []
    let next = this.#skipBlanks()
    while (next !== code.close) {
      items.push(this.#value())
      next = this.#separator(code.close)
    }
    this.#leave()
    return items
  }

  #enter(): void {
    if (++this.#depth > deepest) throw new SyntaxError(`is nested more than ${deepest} deep`)
    this.#at++
  }

  #leave(): void {
    this.#depth--
    this.#at++
  }

  /** What comes after a comma, which is not the end; or the end. */
  #separator(end: number): number {
    const found = this.#skipBlanks()
    if (found === end) return end
    if (found !== code.comma) throw this.#unexpected()
    this.#at++
    const next = this.#skipBlanks()
    if (next === end) throw this.#unexpected()
    return next
  }

  #string(): string {
    const text = this.#text
    const from = this.#at
    let hasEscapes = false
    for (let index = from + 1; index < text.length; index++) {
      const found = text.charCodeAt(index)
      if (found === code.quote) {
        this.#at = index + 1
        const written = text.slice(from, index + 1)
        return hasEscapes ? this.#unescaped(written, from) : written
      }
      if (found === code.backslash) {
        hasEscapes = true
        index++
      } else if (found < 32) {
        this.#at = index
        throw this.#unexpected()
      }
    }
    this.#at = text.length
    throw this.#unexpected()
  }

  #unescaped(written: string, from: number): string {
    try {
      return JSON.stringify(JSON.parse(written))
    } catch {
      throw new SyntaxError(`has a wrong escape in the text at character ${from + 1}`)
    }
  }

  #plain(): string {
    const word = words.get(this.#text.charCodeAt(this.#at))
    if (word !== undefined && this.#text.startsWith(word, this.#at)) {
      this.#at += word.length
      return word
    }
    numberAt.lastIndex = this.#at
    const match = numberAt.exec(this.#text)
    if (match === null) throw this.#unexpected()
    this.#at = numberAt.lastIndex
    return canonicalNumber(match[0])
  }

  /** @returns The code of the next character; NaN at the end. */
  #skipBlanks(): number {
    for (;;) {
      const found = this.#text.charCodeAt(this.#at)
      if (found !== 32 && found !== 10 && found !== 13 && found !== 9) return found
      this.#at++
    }
  }

  #unexpected(): SyntaxError {
    const ends = this.#at >= this.#text.length
    return new SyntaxError(ends ? 'ends too early' : `is not JSON at character ${this.#at + 1}`)
  }
}

/** Up to 15 digits a number is exact, so that 1.50 is 1.5 and 1e3 is 1000; one of more stays as it is written. */
export function canonicalNumber(written: string): string {
  if (written.length <= 15 && /^(?:0|-?[1-9]\d*)$/.test(written)) return written
  if (written.replace(/[eE].*$/, '').replaceAll(/\D/g, '').length > 15) return written
  const value = Number(written)
  const size = Math.abs(value)
  // Outside, digits are lost, or all of it.
  if (size > 1e300 || (size < 1e-300 && /[1-9]/.test(written.replace(/[eE].*$/, '')))) return written
  return String(value)
}
