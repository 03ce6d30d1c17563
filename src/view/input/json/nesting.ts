import * as grammar from '../../../parcel/format/json/grammar.ts'
import { endOfText } from '../../../parcel/format/json/text.ts'

const { transitions, afterValue } = grammar
const { firstSpecial, firstString, lineEnd, error, openObject, close } = grammar

/** Where in a document a reader is: the state of the grammar, and the containers that are open. */
export class Nesting {
  state: number = grammar.start
  container: number = grammar.atTop
  /** How many containers are open. */
  depth = 0
  /** Whether `pass` has come to a byte that is wrong in this state. */
  isAtError = false
  /** The containers around the current one, outermost first. */
  #outer: Uint8Array = new Uint8Array(16)

  open(bracket: number): void {
    if (this.depth === this.#outer.length) this.#outer = deeper(this.#outer)
    this.#outer[this.depth++] = this.container
    this.container = bracket === openObject ? grammar.inObject : grammar.inArray
    this.state = bracket === openObject ? grammar.afterOpenObject : grammar.afterOpenArray
  }

  close(): void {
    this.container = this.#outer[--this.depth]!
    this.endValue()
  }

  endValue(): void {
    this.state = afterValue[this.container]!
  }

  /** Leaves containers that have no end, down to `depth`; @returns those, outermost first. */
  leave(depth: number): number[] {
    const containers = [...this.#outer.subarray(0, this.depth), this.container]
    this.container = containers[depth]!
    this.depth = depth
    return containers.slice(depth + 1)
  }

  /**
   * Nearly all bytes go through here: the inside of a container.
   * @returns Where `base` containers are left, or the chunk ends, or a wrong byte stands.
   */
  pass(chunk: Buffer, from: number, base: number): number {
    // Locals stay in registers; fields would be stored again for every byte.
    const end = chunk.length
    const table = transitions
    let index = from
    let { state, container, depth } = this
    let outer = this.#outer
    while (index < end) {
      const before = state
      state = table[(state << 8) | chunk[index]!]!
      index++
      if (state < firstSpecial) continue
      if (state >= lineEnd) {
        state &= ~lineEnd
        while (index < end && chunk[index] === 0x20) index++
      } else if (state >= firstString) {
        index = endOfText(chunk, index, end)
      } else if (state === close) {
        container = outer[--depth]!
        state = afterValue[container]!
        if (depth === base) break
      } else if (state === error) {
        this.isAtError = true
        state = before
        index--
        break
      } else {
        if (depth === outer.length) outer = this.#outer = deeper(outer)
        outer[depth++] = container
        container = state === openObject ? grammar.inObject : grammar.inArray
        state = state === openObject ? grammar.afterOpenObject : grammar.afterOpenArray
      }
    }
    this.state = state
    this.container = container
    this.depth = depth
    return index
  }
}

function deeper(outer: Uint8Array): Uint8Array {
  const twice = new Uint8Array(outer.length * 2)
  twice.set(outer)
  return twice
}
