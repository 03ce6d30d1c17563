import { sayMiddle, sayUnexpected } from '../../../parcel/format/json/complaint.ts'
import * as grammar from '../../../parcel/format/json/grammar.ts'
import { endOfText } from '../../../parcel/format/json/text.ts'
import { type ItemPath, each } from '../../../system/item-path.ts'
import type { BadItem, FoundItem } from '../../item.ts'
import { DamagedValue } from './damaged-value.ts'
import type { KnownItems } from './known-items.ts'
import { isInside, isNumber, mendedState } from './states.ts'

const { transitions, afterValue, placeOf } = grammar
const { firstSpecial, firstString, lineEnd, error, openObject, openArray, close, inKey } = grammar

/** A text in Node.js has at most some 512 million characters, so nothing could be done with a longer item. */
const longestItemBytes = 500_000_000
/** What is damaged in so many places is another kind of file. */
const mostDamages = 1000
const letterN = 0x6e

type Steps = ItemPath['steps']
type Capture = 'nothing' | 'item' | 'key' | 'other'

export interface ScannerOptions {
  /**
   * Where the items are. Nothing is added to it: a list at its end is one item. `undefined`: the elements of the document, or the
   * document itself where it is no list.
   */
  steps: Steps | undefined
  /** Of the items that are found. */
  file: string
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
  readonly #file: string
  readonly #known: KnownItems | undefined
  #found: (FoundItem | BadItem)[] = []
  #damages = 0
  #status: 'items' | 'null' | 'missing' = 'missing'
  #state: number = grammar.start
  #container: number = grammar.atTop
  /** The containers around the current one, outermost first. */
  #outer: Uint8Array = new Uint8Array(16)
  #depth = 0
  /** How many of the open containers lie on the path; more are open only inside of a value that is captured. */
  #level = 0
  /** Whether the key before the value is the next step of the path. */
  #isOnPath = false
  #capture: Capture = 'nothing'
  /** Where the captured bytes begin in this chunk, and what of them was in the chunks before. */
  #from = 0
  #pieces: Uint8Array[] = []
  #keptBytes = 0
  #damaged: DamagedValue | undefined
  /** Behind the last byte that did not belong where it stood. */
  #damageEnd = -1
  #isOver = false
  /** Bytes before this chunk. */
  #offset: number

  constructor({ steps, file, known, offset = 0 }: ScannerOptions) {
    this.#steps = steps ?? []
    this.#isWholeDocument = steps === undefined
    this.#file = file
    this.#known = known
    this.#offset = offset
  }

  /** As `itemsAt` says it, of what has come so far. */
  get status(): 'items' | 'null' | 'missing' {
    return this.#status
  }

  /** What was found since the last time. Items may be parts of chunks, and keep those in memory. */
  take(): (FoundItem | BadItem)[] {
    const found = this.#found
    this.#found = []
    return found
  }

  write(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#from = 0
    for (let index = 0; index < chunk.length && !this.#isOver;) {
      if (this.#damaged !== undefined) index = this.#passDamage(this.#damaged, chunk, index)
      else if (this.#depth > this.#level) index = this.#passContainer(chunk, index)
      else if (this.#capture !== 'nothing') index = this.#passText(chunk, index)
      else index = this.#step(chunk, index)
    }
    this.#keep(chunk.subarray(this.#from))
    this.#offset += chunk.length
  }

  /** The document ends here. */
  end(): void {
    if (this.#isOver || this.#damaged !== undefined) return
    if (this.#depth === 0 && isNumber[this.#state] === 1) {
      const isWhole = (transitions[(this.#state << 8) | 0x20]! & ~lineEnd) === grammar.afterDocument
      if (isWhole) this.#endValue(Buffer.alloc(0), 0)
    }
    if (this.#state === grammar.afterDocument) return
    const place = placeOf(this.#state)
    const problem = place === 'start' ? 'it holds no value' : `it ends in the middle of ${sayMiddle(place)}`
    this.#bad(`not whole JSON: ${problem} (byte ${this.#offset})`)
  }

  /** One byte of what leads to items. */
  #step(chunk: Buffer, index: number): number {
    const byte = chunk[index]!
    const next = transitions[(this.#state << 8) | byte]!
    if (next === error) return this.#mend(chunk, index)
    if (next === close) this.#closeOnPath()
    else if (next >= lineEnd) this.#state = next & ~lineEnd
    else if (next === inKey) {
      this.#state = inKey
      this.#begin('key', index + 1)
    } else if (next === openObject || next === openArray || isInside[next] === 1) {
      return this.#beginValue(chunk, index, next)
    } else this.#state = next
    return index + 1
  }

  #closeOnPath(): void {
    const isEmptyList = this.#state === grammar.afterOpenArray
    if (isEmptyList) this.#status = 'items'
    this.#container = this.#outer[--this.#depth]!
    this.#level--
    this.#state = afterValue[this.#container]!
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
    }
    // Elements of a list may be null, what a key leads to is then nothing.
    const isItem = isMeant && step === undefined && !(isNull && this.#steps.at(-1) !== each)
    if (isMeant && step === undefined && !isItem) this.#sawNull()
    if (isItem) {
      this.#status = 'items'
      const known = this.#known?.at(chunk, index)
      if (known !== undefined) {
        this.#found.push({ json: known, file: this.#file })
        this.#state = afterValue[this.#container]!
        return index + known.length
      }
    }
    this.#begin(isItem ? 'item' : 'other', index)
    if (next === openObject || next === openArray) this.#open(next)
    else this.#state = next
    return index + 1
  }

  /** Below a list, an element that leads to null is one that has no items. */
  #sawNull(): void {
    if (this.#steps.slice(0, this.#level).includes(each)) this.#status = 'items'
    else if (this.#status === 'missing') this.#status = 'null'
  }

  #open(bracket: number): void {
    if (this.#depth === this.#outer.length) this.#deepen()
    this.#outer[this.#depth++] = this.#container
    this.#container = bracket === openObject ? grammar.inObject : grammar.inArray
    this.#state = bracket === openObject ? grammar.afterOpenObject : grammar.afterOpenArray
    this.#isOnPath = false
  }

  #deepen(): Uint8Array {
    const deeper = new Uint8Array(this.#outer.length * 2)
    deeper.set(this.#outer)
    this.#outer = deeper
    return deeper
  }

  /** Nearly all bytes go through here: the inside of a container that is an item, or that is not on the path. */
  #passContainer(chunk: Buffer, from: number): number {
    // Locals stay in registers; fields would be stored again for every byte.
    const end = chunk.length
    const table = transitions
    const base = this.#level
    let index = from
    let state = this.#state
    let container = this.#container
    let depth = this.#depth
    let outer: Uint8Array = this.#outer
    let isDamaged = false
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
        isDamaged = true
        state = before
        index--
        break
      } else {
        if (depth === outer.length) outer = this.#deepen()
        outer[depth++] = container
        container = state === openObject ? grammar.inObject : grammar.inArray
        state = state === openObject ? grammar.afterOpenObject : grammar.afterOpenArray
      }
    }
    this.#state = state
    this.#container = container
    this.#depth = depth
    if (isDamaged) this.#damage(chunk, index)
    else if (depth === base) this.#endValue(chunk, index)
    return index
  }

  /** A key, or a value that is no container. */
  #passText(chunk: Buffer, index: number): number {
    const next = transitions[(this.#state << 8) | chunk[index]!]!
    if (next === error) {
      this.#damage(chunk, index)
      return index
    }
    if (isInside[next] === 1) {
      this.#state = next
      return next >= firstString ? endOfText(chunk, index + 1, chunk.length) : index + 1
    }
    if (isNumber[this.#state] === 1) {
      this.#endValue(chunk, index)
      return index
    }
    if (this.#capture === 'key') this.#endKey(chunk, index)
    else this.#endValue(chunk, index + 1)
    return index + 1
  }

  #begin(capture: Capture, from: number): void {
    this.#capture = capture
    this.#from = from
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0 || (this.#capture !== 'item' && this.#capture !== 'key')) return
    this.#keptBytes += piece.length
    if (this.#keptBytes > longestItemBytes) {
      this.#bad(`it is longer than ${longestItemBytes} bytes (at byte ${this.#offset + piece.length})`)
      this.#drop('other')
    } else this.#pieces.push(piece)
  }

  #drop(capture: Capture): void {
    this.#pieces = []
    this.#keptBytes = 0
    this.#capture = capture
  }

  #captured(chunk: Buffer, end: number): Uint8Array {
    const last = chunk.subarray(this.#from, end)
    return this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
  }

  #endKey(chunk: Buffer, end: number): void {
    const step = this.#steps[this.#level - 1]
    this.#isOnPath = step !== undefined && step !== each && keyOf(this.#captured(chunk, end)) === step
    this.#drop('nothing')
    this.#state = grammar.afterKey
  }

  #endValue(chunk: Buffer, end: number): void {
    if (this.#capture === 'item') {
      const json = this.#captured(chunk, end)
      this.#found.push({ json: this.#known?.same(json) ?? json, file: this.#file })
    }
    this.#drop('nothing')
    this.#state = afterValue[this.#container]!
  }

  /** The value, or key, in which a wrong byte stands is no item; what is behind it may be. */
  #damage(chunk: Buffer, index: number): void {
    const place = placeOf(this.#state)
    this.#badByte(place, chunk[index]!, index)
    const containers = [...this.#outer.subarray(0, this.#depth), this.#container]
    this.#damaged = new DamagedValue(
      containers.slice(this.#level + 1),
      place === 'string' || place === 'escape' || place === 'character',
    )
    this.#container = containers[this.#level]!
    this.#depth = this.#level
    this.#drop(this.#capture === 'key' ? 'key' : 'other')
  }

  #passDamage(damaged: DamagedValue, chunk: Buffer, index: number): number {
    const end = damaged.pass(chunk, index)
    if (end === -1) {
      this.#from = chunk.length
      return chunk.length
    }
    this.#damaged = undefined
    this.#state = this.#capture === 'key' ? grammar.afterKey : afterValue[this.#container]!
    this.#isOnPath = false
    this.#drop('nothing')
    return end
  }

  /** A wrong byte between values: bytes that follow each other are told as one. */
  #mend(chunk: Buffer, index: number): number {
    const at = this.#offset + index
    const place = placeOf(this.#state)
    if (at !== this.#damageEnd) this.#badByte(place, chunk[index]!, index)
    this.#damageEnd = at + 1
    if (place === 'start' || place === 'mark' || place === 'end') this.#isOver = true
    const mended = mendedState(this.#state, chunk[index]!)
    if (mended === undefined) return index + 1
    this.#state = mended
    return index
  }

  #badByte(place: grammar.Place, byte: number, index: number): void {
    this.#bad(`not valid JSON: unexpected ${sayUnexpected(place, byte)} (byte ${this.#offset + index})`)
  }

  #bad(problem: string): void {
    if (++this.#damages >= mostDamages) this.#isOver = true
    this.#found.push({ problem, file: this.#file })
  }
}

function keyOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}
