import type { Bytes } from '../../codec/codec.ts'
import { each } from '../../system/item-path.ts'
import type { HeldList } from '../item.ts'
import { textOf } from './json/nothing-at.ts'

/** A list of fewer objects is a part of one thing, as the addresses of a person. */
const leastItems = 10
/** Lists that are less of the document than this are not what it is about. */
const leastShare = 0.5
const mostTold = 3
/** Lists further inside are those of items. */
const deepest = 4
const longestName = 200

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, colon] = Buffer.from(
  '"\\{}[]:',
) as unknown as [number, number, number, number, number, number, number]

/**
 * Finds the lists of objects that a JSON document holds, where it is an object itself: they are below objects alone. Whether the
 * document is whole is not its concern.
 */
export class HeldLists {
  readonly #lists: (HeldList & { bytes: number })[] = []
  #offset = 0
  /** `false`: it is no object. */
  #isObject: boolean | undefined
  #depth = 0
  /** Names of the objects that are open, the document aside. */
  readonly #names: string[] = []
  /** Depth of what is open and is no such object; 0: none is. */
  #inside = 0
  #list: { path: string; items: number; from: number } | undefined
  #isText = false
  #isEscaped = false
  /** The text that is read, or was read last, where it may be a name. */
  #text: Uint8Array[] = []
  #name = ''

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#isObject === false) break
      if (this.#inside > 0) at = this.#passInside(chunk, at)
      else at = this.#isText ? this.#readText(chunk, at) : this.#readByte(chunk[at]!, at)
    }
    this.#offset += chunk.length
  }

  /** Nearly all of a document: only how deep it goes counts here. @returns Where it goes on. */
  #passInside(chunk: Uint8Array, from: number): number {
    const itemDepth = this.#list === undefined ? 0 : this.#inside + 1
    let [depth, items, isText, isEscaped] = [this.#depth, 0, this.#isText, this.#isEscaped]
    let at = from
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) isText = false
      } else if (byte === quote) isText = true
      else if (byte === openBrace || byte === openBracket) {
        depth++
        if (byte === openBrace && depth === itemDepth) items++
      } else if (byte === closeBrace || byte === closeBracket) {
        if (depth === this.#inside) break
        depth--
      }
    }
    if (this.#list !== undefined) this.#list.items += items
    ;[this.#depth, this.#isText, this.#isEscaped] = [depth, isText, isEscaped]
    if (at === chunk.length) return at
    this.#close(this.#offset + at)
    return at + 1
  }

  /** The longest first; none where they are not most of the document. */
  end(): HeldList[] {
    const lists = this.#lists.filter(({ items }) => items >= leastItems).sort((a, b) => b.items - a.items)
    const bytes = lists.reduce((sum, list) => sum + list.bytes, 0)
    if (this.#depth > 0 || bytes < leastShare * this.#offset) return []
    return lists.slice(0, mostTold).map(({ path, items }) => ({ path, items }))
  }

  /** @returns Where it goes on. */
  #readText(chunk: Uint8Array, from: number): number {
    let at = from
    for (; at < chunk.length; at++) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (chunk[at] === backslash) this.#isEscaped = true
      else if (chunk[at] === quote) {
        this.#isText = false
        break
      }
    }
    if (this.#text.length < longestName) this.#text.push(chunk.slice(from, Math.min(at, from + longestName)))
    return at + 1
  }

  #readByte(byte: number, at: number): number {
    if (byte === quote) {
      this.#isText = true
      this.#text = []
    } else if (byte === colon) this.#name = nameOf(this.#text)
    else if (byte === openBrace || byte === openBracket) this.#open(byte, this.#offset + at)
    else if (byte === closeBrace || byte === closeBracket) this.#close(this.#offset + at)
    else if (this.#depth === 0 && byte > 0x20 && this.#isObject === undefined)
      this.#isObject = isMark(byte) ? undefined : false
    return at + 1
  }

  #open(byte: number, from: number): void {
    this.#depth++
    if (this.#depth === 1) {
      this.#isObject = byte === openBrace
      return
    }
    if (byte === openBrace && this.#depth <= deepest) {
      this.#names.push(this.#name)
      return
    }
    this.#inside = this.#depth
    if (byte === openBracket) this.#list = { path: textOf([...this.#names, this.#name, each]), items: 0, from }
  }

  #close(end: number): void {
    if (this.#inside === 0) this.#names.pop()
    else if (this.#inside === this.#depth) {
      if (this.#list !== undefined) {
        const { from, ...list } = this.#list
        this.#lists.push({ ...list, bytes: end - from })
      }
      this.#list = undefined
      this.#inside = 0
    }
    this.#depth--
  }
}

/** Of a byte order mark. */
function isMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf
}

function nameOf(text: readonly Uint8Array[]): string {
  try {
    return JSON.parse(`"${Buffer.concat(text).toString()}"`) as string
  } catch {
    return '…'
  }
}

/** The same bytes, looked at on their way. */
export async function* watched(bytes: Bytes, lists: HeldLists): Bytes {
  for await (const chunk of bytes) {
    lists.write(chunk)
    yield chunk
  }
}
