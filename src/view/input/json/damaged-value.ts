import { inArray, inObject } from '../../../parcel/format/json/grammar.ts'

type Where = 'outside' | 'text' | 'escape' | 'line end in text'

/**
 * Finds the end of a value that is not valid JSON, by its brackets and quotes, so that what follows can be read. A bracket closes
 * all that is open up to one of its kind. A line end in a text may be part of it, written wrongly, or the closing quote is missing:
 * what the next line begins with tells.
 */
export class DamagedValue {
  /** Open containers of the value, outermost first. */
  readonly #open: number[]
  #where: Where

  constructor(open: readonly number[], isInText: boolean) {
    this.#open = [...open]
    this.#where = isInText ? 'text' : 'outside'
  }

  /** @returns The index behind the value; -1 when it goes on behind the chunk. */
  pass(chunk: Uint8Array, from: number): number {
    for (let index = from; index < chunk.length; index++) {
      const character = String.fromCharCode(chunk[index]!)
      if (this.#where === 'line end in text') {
        if (' \t\r\n'.includes(character)) continue
        this.#where = '"{}[]'.includes(character) ? 'outside' : 'text'
      }
      if (this.#where === 'outside') {
        if (this.#open.length === 0 && ',]}'.includes(character)) return index
        const end = this.#passOutside(character)
        if (end !== 'inside') return end === 'before' ? index : index + 1
      } else if (this.#where === 'escape') this.#where = 'text'
      else if (character === '\\') this.#where = 'escape'
      else if (character === '\n') this.#where = 'line end in text'
      else if (character === '"') {
        this.#where = 'outside'
        if (this.#open.length === 0) return index + 1
      }
    }
    return -1
  }

  /** Whether the value ends with this character, or has ended before it. */
  #passOutside(character: string): 'inside' | 'before' | 'with' {
    if (character === '"') this.#where = 'text'
    else if (character === '{') this.#open.push(inObject)
    else if (character === '[') this.#open.push(inArray)
    else if (character === '}' || character === ']') {
      const at = this.#open.lastIndexOf(character === '}' ? inObject : inArray)
      if (at === -1) return 'before'
      this.#open.length = at
      if (at === 0) return 'with'
    }
    return 'inside'
  }
}
