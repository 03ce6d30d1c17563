import type { UnsiloError } from '../../../errors.ts'
import type { FormatCheck } from '../format.ts'
import { type Position, cutOffFile, cutOffLine, unexpectedByte } from './complaint.ts'
import * as grammar from './grammar.ts'
import { endOfText } from './text.ts'

const { transitions, afterValue, placeOf } = grammar
const { firstSpecial, firstString, lineEnd, error, openObject, close, beforeDocument, afterDocument } = grammar

const newline = 0x0a

/**
 * Checks JSON byte by byte, in whatever chunks it comes, in constant memory: one byte for each level of nesting.
 * It agrees with `JSON.parse` about what is valid. The text is UTF-8, with or without a byte order mark.
 */
export class JsonScanner implements FormatCheck {
  /** One value a line (NDJSON) instead of one value. */
  readonly #isLines: boolean
  #state: number = grammar.start
  #container: number = grammar.atTop
  /** The containers around the current one, outermost first. */
  #outer = new Uint8Array(64)
  #depth = 0
  /** Bytes in the chunks before this one. */
  #offset = 0
  #line = 1
  /** Bytes before the current line. */
  #lineStart = 0

  constructor(options: { isLines: boolean }) {
    this.#isLines = options.isLines
  }

  write(chunk: Uint8Array): void {
    // Locals stay in registers; fields would be stored again for every byte.
    const end = chunk.length
    const table = transitions
    let state = this.#state
    let container = this.#container
    let index = 0
    while (index < end) {
      const before = state
      state = table[(state << 8) | chunk[index]!]!
      index++
      if (state < firstSpecial) continue
      if (state >= lineEnd) {
        state &= ~lineEnd
        if (this.#isLines) state = this.#endLine(state, index)
        this.#line++
        this.#lineStart = this.#offset + index
        // Most of a pretty-printed file is indentation.
        while (index < end && chunk[index] === 0x20) index++
      } else if (state >= firstString) {
        index = endOfText(chunk, index, end)
      } else if (state === close) {
        container = this.#outer[--this.#depth]!
        state = afterValue[container]!
      } else if (state === error) {
        this.#state = error
        throw this.#failure(before, chunk[index - 1]!, index - 1)
      } else {
        if (this.#depth === this.#outer.length) this.#deepen()
        this.#outer[this.#depth++] = container
        container = state === openObject ? grammar.inObject : grammar.inArray
        state = state === openObject ? grammar.afterOpenObject : grammar.afterOpenArray
      }
    }
    this.#state = state
    this.#container = container
    this.#offset += end
  }

  end(): void {
    // A number is the only value that needs a byte behind it to be over.
    const last = transitions[(this.#state << 8) | newline]! & ~lineEnd
    if (last === afterDocument || (this.#isLines && last === beforeDocument)) return
    throw cutOffFile(placeOf(this.#state), this.#position(0), this.#isLines)
  }

  #endLine(state: number, index: number): number {
    if (state === beforeDocument || state === afterDocument) return beforeDocument
    this.#state = error
    throw cutOffLine(placeOf(state), this.#position(index - 1))
  }

  #failure(state: number, byte: number, index: number): UnsiloError {
    const [place, position] = [placeOf(state), this.#position(index)]
    if (this.#isLines && byte === newline) return cutOffLine(place, position)
    return unexpectedByte(place, byte, position, this.#isLines)
  }

  #position(index: number): Position {
    const byte = this.#offset + index
    return { line: this.#line, column: byte - this.#lineStart + 1, byte }
  }

  #deepen(): void {
    const deeper = new Uint8Array(this.#outer.length * 2)
    deeper.set(this.#outer)
    this.#outer = deeper
  }
}
