import { sayMiddle, sayUnexpected } from '../../../parcel/format/json/complaint.ts'
import * as grammar from '../../../parcel/format/json/grammar.ts'
import { endOfText } from '../../../parcel/format/json/text.ts'
import { each, isMany } from '../../../system/item-path.ts'
import { Capture, longestItemBytes } from './capture.ts'
import { DamagedValue } from './damaged-value.ts'
import { FoundItems } from './found-items.ts'
import type { KnownItems } from './known-items.ts'
import { Nesting } from './nesting.ts'
import { type Steps, keyOf, pathOf, textOf, withNames } from './names.ts'
import { isInside, isNumber, mendedState } from './states.ts'

const { transitions, placeOf, firstString, lineEnd, error, openObject, openArray, close, inKey } = grammar

/** What is damaged in so many places is another kind of file. */
const mostDamages = 1000
const letterN = 0x6e

export interface ScannerOptions {
  /**
   * Where the items are. Nothing is added to it: a list at its end is one item. `undefined`: the elements of the document, or the
   * document itself where it is no list.
   */
  steps: Steps | undefined
  /** Of the items that are found. */
  file: string
  /** Where some of these stand, they are found as a run. */
  known?: KnownItems | undefined
  /** Where the first byte stands. */
  offset?: number
}

/**
 * Finds the items of a JSON document in its bytes, in whatever chunks they come, without parsing them; each is valid JSON. It
 * agrees with `itemsAt` about which values are items, save for a key that comes twice in one object: both values count here.
 *
 * What is damaged is told once, and what follows it is found, as far as brackets and quotes lead there.
 */
export class ItemScanner {
  #steps: Steps
  readonly #isWholeDocument: boolean
  readonly found: FoundItems
  readonly #known: KnownItems | undefined
  /** Items have the keys that lead to them as members, so that their bytes are not those of the document. */
  readonly #areNamed: boolean
  /** Such keys, by level, as they stand there. */
  readonly #names: string[] = []
  /** The chunk before ended in an item that may be a known one. */
  #isBegun = false
  #damages = 0
  readonly #nesting = new Nesting()
  /** How many of the open containers lie on the path; more are open only inside of a value that is captured. */
  #level = 0
  /** Whether the key before the value is the next step of the path. */
  #isOnPath = false
  readonly #capture = new Capture()
  #damaged: DamagedValue | undefined
  /** Behind the last byte that did not belong where it stood. */
  #damageEnd = -1
  #isOver = false
  /** Bytes before this chunk. */
  #offset: number

  constructor({ steps, file, known, offset = 0 }: ScannerOptions) {
    this.#steps = steps ?? []
    this.#isWholeDocument = steps === undefined
    this.found = new FoundItems(file, known)
    this.#known = known
    this.#offset = offset
    this.#areNamed = this.#steps.some((step) => typeof step === 'object')
    known?.begin(pathOf(steps ?? [each]))
  }

  /** @param bytes Need only be valid until this has returned, and what was `found` in them has been taken. */
  write(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#pass(chunk, this.#isBegun ? this.#passRest(chunk) : 0)
  }

  #pass(chunk: Buffer, from: number): void {
    for (let index = from; index < chunk.length && !this.#isOver;) {
      if (this.#damaged !== undefined) index = this.#passDamage(this.#damaged, chunk, index)
      else if (this.#nesting.depth > this.#level) index = this.#passContainer(chunk, index)
      else if (this.#capture.kind !== 'nothing') index = this.#passText(chunk, index)
      else index = this.#step(chunk, index)
    }
    this.#offset += chunk.length
    if (this.#capture.endChunk(chunk)) return
    this.#bad(`it is longer than ${longestItemBytes} bytes (at byte ${this.#offset})`)
    this.#capture.drop('other')
  }

  /** The document ends here. */
  end(): void {
    if (this.#isBegun) this.#passBegun()
    if (this.#isOver || this.#damaged !== undefined) return
    const { state, depth } = this.#nesting
    if (depth === 0 && isNumber[state] === 1) {
      const isWhole = (transitions[(state << 8) | 0x20]! & ~lineEnd) === grammar.afterDocument
      if (isWhole) this.#endValue(Buffer.alloc(0), 0)
    }
    if (this.#nesting.state === grammar.afterDocument) return
    const place = placeOf(this.#nesting.state)
    const problem = place === 'start' ? 'it holds no value' : `it ends in the middle of ${sayMiddle(place)}`
    this.#bad(`not whole JSON: ${problem} (byte ${this.#offset})`)
  }

  /** One byte of what leads to items. */
  #step(chunk: Buffer, index: number): number {
    const nesting = this.#nesting
    const next = transitions[(nesting.state << 8) | chunk[index]!]!
    if (next === error) return this.#mend(chunk, index)
    if (next === close) {
      const isEmptyMap = nesting.state === grammar.afterOpenObject && isMany(this.#steps[this.#level - 1])
      if (nesting.state === grammar.afterOpenArray || isEmptyMap) this.found.status = 'items'
      nesting.close()
      this.#level--
    } else if (next >= lineEnd) nesting.state = next & ~lineEnd
    else if (next === inKey) {
      nesting.state = inKey
      this.#capture.begin('key', index + 1, this.#offset + index + 1)
    } else if (next === openObject || next === openArray || isInside[next] === 1) {
      return this.#beginValue(chunk, index, next)
    } else nesting.state = next
    return index + 1
  }

  #beginValue(chunk: Buffer, index: number, next: number): number {
    const level = this.#level
    if (this.#isWholeDocument && level === 0 && next === openArray) this.#steps = [each]
    const isNull = chunk[index] === letterN
    const isMeant = level === 0 || this.#steps[level - 1] === each || this.#isOnPath
    const step = this.#steps[level]
    if (isMeant && step !== undefined) {
      if (next === (step === each ? openArray : openObject)) {
        this.#open(next)
        this.#level++
        return index + 1
      }
      if (isNull) this.#sawNull()
      else this.found.misfit ??= { steps: this.#steps.slice(0, level + 1), byte: chunk[index]! }
    }
    // Elements of a list, or of a map, may be null, what a key leads to is then nothing.
    const isItem = isMeant && step === undefined && !(isNull && !isMany(this.#steps.at(-1)))
    if (isMeant && step === undefined && !isItem) this.#sawNull()
    if (isItem) {
      this.found.status = 'items'
      const end = this.#passKnown(chunk, index)
      if (end !== -1) return end
    }
    this.#capture.begin(isItem ? 'item' : 'other', index, this.#offset + index)
    if (next === openObject || next === openArray) this.#open(next)
    else this.#nesting.state = next
    return index + 1
  }

  #passKnown(chunk: Buffer, index: number): number {
    const known = this.#known
    if (known === undefined || this.#areNamed) return -1
    if (this.#isBegun) {
      this.#isBegun = false
      return -1
    }
    if (this.#level > 0) known.beginItem(chunk, index, this.#offset + index)
    const end = known.find(chunk, index, this.#level === 0)
    if (end !== -1) return this.#endRun(end)
    this.#isBegun = known.begins(chunk, index)
    return this.#isBegun ? chunk.length : -1
  }

  #endRun(end: number): number {
    this.#isBegun = false
    this.found.addRun(this.#level === 0 ? -1 : this.#offset + end)
    this.#nesting.endValue()
    return end
  }

  /** The chunk begins inside of what began like a known item. */
  #passRest(chunk: Buffer): number {
    const end = this.#known!.findRest(chunk, this.#level === 0)
    if (end === undefined) return chunk.length
    if (end !== -1) return this.#endRun(end)
    this.#passBegun()
    return 0
  }

  /** It was another item: its first part is passed now. */
  #passBegun(): void {
    const { begun } = this.#known!
    this.#offset -= begun.length
    this.#pass(begun, 0)
  }

  #sawNull(): void {
    this.found.sawNull(this.#steps.slice(0, this.#level).some(isMany))
  }

  #open(bracket: number): void {
    this.#nesting.open(bracket)
    this.#isOnPath = false
  }

  /** The inside of a container that is an item, or that is not on the path. */
  #passContainer(chunk: Buffer, from: number): number {
    const nesting = this.#nesting
    const index = nesting.pass(chunk, from, this.#level)
    if (nesting.isAtError) this.#damage(chunk, index)
    else if (nesting.depth === this.#level) this.#endValue(chunk, index)
    return index
  }

  /** A key, or a value that is no container. */
  #passText(chunk: Buffer, index: number): number {
    const nesting = this.#nesting
    const next = transitions[(nesting.state << 8) | chunk[index]!]!
    if (next === error) {
      this.#damage(chunk, index)
      return index
    }
    if (isInside[next] === 1) {
      nesting.state = next
      return next >= firstString ? endOfText(chunk, index + 1, chunk.length) : index + 1
    }
    if (isNumber[nesting.state] === 1) {
      this.#endValue(chunk, index)
      return index
    }
    if (this.#capture.kind === 'key') this.#endKey(chunk, index)
    else this.#endValue(chunk, index + 1)
    return index + 1
  }

  #endKey(chunk: Buffer, end: number): void {
    const step = this.#steps[this.#level - 1]
    const key = this.#capture.bytes(chunk, end)
    if (typeof step === 'object') {
      this.#names[this.#level - 1] = textOf(key)
      this.#isOnPath = true
    } else this.#isOnPath = typeof step === 'string' && keyOf(key) === step
    this.#capture.drop('nothing')
    this.#nesting.state = grammar.afterKey
  }

  #endValue(chunk: Buffer, end: number): void {
    if (this.#capture.kind === 'item') this.#foundWhole(this.#capture.bytes(chunk, end), this.#capture.start)
    this.#capture.drop('nothing')
    this.#nesting.endValue()
  }

  #foundWhole(found: Uint8Array, start: number): void {
    const bytes = this.#areNamed ? withNames(found, this.#steps, this.#names) : found
    this.found.add(bytes, this.#areNamed || this.#level === 0 ? -1 : start + found.length)
  }

  /** The value, or key, in which a wrong byte stands is no item; what is behind it may be. */
  #damage(chunk: Buffer, index: number): void {
    const nesting = this.#nesting
    nesting.isAtError = false
    const place = placeOf(nesting.state)
    this.#badByte(place, chunk[index]!, index)
    this.#damaged = new DamagedValue(
      nesting.leave(this.#level),
      place === 'string' || place === 'escape' || place === 'character',
    )
    this.#capture.drop(this.#capture.kind === 'key' ? 'damaged key' : 'other')
  }

  #passDamage(damaged: DamagedValue, chunk: Buffer, index: number): number {
    const end = damaged.pass(chunk, index)
    if (end === -1) return chunk.length
    this.#damaged = undefined
    if (this.#capture.kind === 'damaged key') this.#nesting.state = grammar.afterKey
    else this.#nesting.endValue()
    this.#isOnPath = false
    this.#capture.drop('nothing')
    return end
  }

  /** A wrong byte between values: bytes that follow each other are told as one. */
  #mend(chunk: Buffer, index: number): number {
    const at = this.#offset + index
    const place = placeOf(this.#nesting.state)
    if (at !== this.#damageEnd) this.#badByte(place, chunk[index]!, index)
    this.#damageEnd = at + 1
    if (place === 'start' || place === 'mark' || place === 'end') this.#isOver = true
    const mended = mendedState(this.#nesting.state, chunk[index]!)
    if (mended === undefined) return index + 1
    this.#nesting.state = mended
    return index
  }

  #badByte(place: grammar.Place, byte: number, index: number): void {
    this.#bad(`not valid JSON: unexpected ${sayUnexpected(place, byte)} (byte ${this.#offset + index})`)
  }

  #bad(problem: string): void {
    if (++this.#damages >= mostDamages) this.#isOver = true
    this.found.addBad(problem)
  }
}
