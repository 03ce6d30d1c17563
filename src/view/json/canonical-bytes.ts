import type { JsonPath } from './at.ts'
import { type Ignored, ignoredAt } from './ignored.ts'
import { type Layout, Layouts, type Way, type WholeLayout, wayAt, wholeLayout } from './object-layouts.ts'
import { isOfNumber } from './number-byte.ts'
import { canonicalNumber } from './read-json.ts'
import { letterOf, shapeOf } from './shape.ts'

/** Larger items are rare, and a tree is made of them: what is written here has room for the longest that can become of an item. */
const mostBytes = 1024 * 1024
/** One of four characters, as 1e20, is 21 at most in canonical form. */
const mostGrowth = 8
const deepest = 100
const mostNames = 1000

const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const code = {
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  open: 0x5b,
  backslash: 0x5c,
  close: 0x5d,
  begin: 0x7b,
  end: 0x7d,
} as const
/** Escapes that are written so in canonical form, too. */
const plainEscapes = new Uint8Array(256)
for (const character of '"\\bfnrt') plainEscapes[character.charCodeAt(0)] = 1
const words = new Map(['null', 'true', 'false'].map((word) => [word.charCodeAt(0), Buffer.from(word)]))
const wordStart = new Uint8Array(256)
for (const first of words.keys()) wordStart[first] = 1

/**
 * Writes items in canonical form from their bytes, without a tree of values. Items of a service are alike: what stands between two
 * values is compared with what stood there before, so that each name is read, and all of them sorted, once.
 *
 * It says the same as `canonicalJson(readJson(text))`, or that it cannot say: of what is no object, is damaged, large, nested
 * deeply, or has a name twice.
 */
export class CanonicalBytes {
  readonly #ignored: Ignored | undefined
  readonly #layouts: Layouts
  #json: Uint8Array = new Uint8Array(0)
  #out = Buffer.allocUnsafeSlow(64 * 1024)
  #sorted = Buffer.allocUnsafeSlow(64 * 1024)
  #size = 0
  #depth = 0
  /** Where members of objects that are open begin and end in `#out`, the innermost last; -1: it is left out. */
  readonly #begins: number[] = []
  readonly #ends: number[] = []
  #members = 0
  /** Of the item: letters for the types of the values, and where the wanted ones stand. */
  #types = Buffer.alloc(mostNames)
  #top: WholeLayout | undefined
  readonly #wantedFrom: number[]
  readonly #wantedTo: number[]

  /** @param wanted Top-level names, in canonical form, whose values are asked for. */
  constructor(ignored: readonly JsonPath[], wanted: readonly string[]) {
    this.#ignored = ignored.length === 0 ? undefined : ignoredAt(ignored.map(({ names }) => names))
    this.#wantedFrom = wanted.map(() => -1)
    this.#wantedTo = [...this.#wantedFrom]
    this.#layouts = new Layouts(wanted)
  }

  /** @param json UTF-8. @returns false where this cannot say */
  read(json: Uint8Array): boolean {
    if (json.length > mostBytes) return false
    const most = json.length * mostGrowth
    if (this.#out.length < most) {
      this.#out = Buffer.allocUnsafeSlow(most * 2)
      this.#sorted = Buffer.allocUnsafeSlow(most * 2)
    }
    this.#json = json
    this.#size = this.#depth = this.#members = 0
    this.#wantedFrom.fill(-1)
    const from = this.#skipSpace(0)
    if (json[from] !== code.begin) return false
    const end = this.#object(from, this.#ignored)
    return end !== -1 && this.#skipSpace(end) === json.length
  }

  /** The item that was read, without what is ignored; valid until the next one is read. */
  get bytes(): Uint8Array {
    return this.#out.subarray(0, this.#size)
  }

  /** The value of a wanted name as it stands there; `undefined` where there is none. */
  textOf(wanted: number): string | undefined {
    const from = this.#wantedFrom[wanted]!
    return from === -1 ? undefined : this.#text(from, this.#wantedTo[wanted]!)
  }

  /** Top-level names and types, as JSON. */
  get shape(): string {
    const top = this.#top!
    return shapeOf(top, this.#types.toString('latin1', 0, top.names.length))
  }

  /** @returns Behind the value, which was written; -1 where this cannot say. */
  #value(from: number, ignored: Ignored | undefined): number {
    const at = this.#skipSpace(from)
    const first = this.#json[at]!
    if (first === code.quote) return this.#string(at)
    if (first === code.begin) return this.#object(at, ignored)
    if (first === code.open) return this.#list(at, ignored)
    return wordStart[first] === 1 ? this.#word(at, words.get(first)!) : this.#number(at)
  }

  #object(from: number, ignored: Ignored | undefined): number {
    if (++this.#depth > deepest) return -1
    const isTop = this.#depth === 1
    const firstMember = this.#members
    this.#out[this.#size++] = code.begin
    const start = this.#size
    let layout = this.#layouts.start
    let at = from + 1
    for (;;) {
      const way = wayAt(layout.ways, this.#json, at) ?? this.#readWay(layout, at)
      if (way === undefined) break
      layout = way.to
      if (layout.isRepeat) return -1
      const valueFrom = this.#skipSpace(at + way.bytes.length)
      const rule = ignored?.names.get(layout.name)
      const begin = this.#beginMember(layout, start)
      at = this.#value(valueFrom, rule)
      if (at === -1) return -1
      if (rule?.isAll === true) this.#dropMember(begin, start)
      else this.#ends[this.#members - 1] = this.#size
      if (isTop) this.#noteTop(layout, valueFrom, at)
    }
    at = this.#skipSpace(at)
    if (this.#json[at] !== code.end) return -1
    this.#sort((layout.whole ??= wholeLayout(layout)), start, firstMember)
    this.#out[this.#size++] = code.end
    this.#members = firstMember
    if (isTop) this.#top = layout.whole
    this.#depth--
    return at + 1
  }

  /** @returns Where the member begins. */
  #beginMember({ bytes }: Layout, start: number): number {
    const out = this.#out
    let size = this.#size
    if (size !== start) out[size++] = code.comma
    this.#begins[this.#members] = size
    this.#members++
    for (let index = 0; index < bytes.length; index++) out[size++] = bytes[index]!
    const begin = this.#begins[this.#members - 1]!
    this.#size = size
    return begin
  }

  #dropMember(begin: number, start: number): void {
    this.#size = begin === start ? start : begin - 1
    this.#begins[this.#members - 1] = -1
  }

  #noteTop({ count, wanted }: Layout, from: number, to: number): void {
    this.#types[count - 1] = letterOf(this.#json[from]!)
    if (wanted === -1) return
    this.#wantedFrom[wanted] = from
    this.#wantedTo[wanted] = to
  }

  /** Puts the members of an object into order of their names. */
  #sort({ order, isOrdered }: WholeLayout, start: number, firstMember: number): void {
    if (isOrdered) return
    const [out, sorted] = [this.#out, this.#sorted]
    let size = start
    for (const index of order) {
      const begin = this.#begins[firstMember + index]!
      if (begin === -1) continue
      if (size !== start) sorted[size++] = code.comma
      const end = this.#ends[firstMember + index]!
      for (let at = begin; at < end; at++) sorted[size++] = out[at]!
    }
    out.set(sorted.subarray(start, size), start)
  }

  #list(from: number, ignored: Ignored | undefined): number {
    if (++this.#depth > deepest) return -1
    const start = this.#size
    this.#out[this.#size++] = code.open
    let at = this.#skipSpace(from + 1)
    for (let isFirst = true; this.#json[at] !== code.close; isFirst = false) {
      if (!isFirst) {
        if (this.#json[at] !== code.comma) return -1
        this.#out[this.#size++] = code.comma
        at++
      }
      at = this.#value(at, ignored?.each)
      if (at === -1) return -1
      at = this.#skipSpace(at)
    }
    if (ignored?.each?.isAll === true) this.#size = start + 1
    this.#out[this.#size++] = code.close
    this.#depth--
    return at + 1
  }

  #string(from: number): number {
    const [json, out] = [this.#json, this.#out]
    let size = this.#size
    out[size++] = code.quote
    for (let at = from + 1; at < json.length; at++) {
      const byte = json[at]!
      out[size++] = byte
      if (byte === code.quote) {
        this.#size = size
        return at + 1
      }
      if (byte < 0x20) return -1
      if (byte !== code.backslash) continue
      if (plainEscapes[json[at + 1]!] !== 1) return this.#escapedString(from)
      out[size++] = json[++at]!
    }
    return -1
  }

  #escapedString(from: number): number {
    const json = this.#json
    let end = from + 1
    while (end < json.length && json[end] !== code.quote) end += json[end] === code.backslash ? 2 : 1
    try {
      this.#write(JSON.stringify(JSON.parse(this.#text(from, end + 1))))
    } catch {
      return -1
    }
    return end + 1
  }

  #number(from: number): number {
    const json = this.#json
    let end = from
    while (isOfNumber(json[end])) end++
    const length = end - from
    const digits = json[from] === code.minus ? from + 1 : from
    let isPlain = length > 0 && length <= 15 && (json[digits] !== code.zero || length === 1)
    for (let at = digits; at < end && isPlain; at++) isPlain = json[at]! >= code.zero && json[at]! <= code.nine
    if (isPlain && digits < end) {
      for (let at = from; at < end; at++) this.#out[this.#size++] = json[at]!
      return end
    }
    const written = this.#text(from, end)
    if (!numberText.test(written)) return -1
    this.#write(canonicalNumber(written))
    return end
  }

  #word(from: number, word: Uint8Array): number {
    for (let index = 0; index < word.length; index++) {
      if (this.#json[from + index] !== word[index]) return -1
      this.#out[this.#size++] = word[index]!
    }
    return from + word.length
  }

  /** Reads what leads to the next value. @returns `undefined` where there is none */
  #readWay(here: Layout, from: number): Way | undefined {
    const json = this.#json
    let at = this.#skipSpace(from)
    if (here !== this.#layouts.start) {
      if (json[at] !== code.comma) return undefined
      at = this.#skipSpace(at + 1)
    }
    if (json[at] !== code.quote || here.count === mostNames) return undefined
    const nameFrom = at
    for (at++; at < json.length && json[at] !== code.quote; at++) if (json[at] === code.backslash) at++
    const nameEnd = at + 1
    at = this.#skipSpace(nameEnd)
    if (json[at] !== code.colon) return undefined
    const bytes = new Uint8Array(json.subarray(from, this.#skipSpace(at + 1)))
    return this.#layouts.add(here, bytes, this.#text(nameFrom, nameEnd))
  }

  #skipSpace(from: number): number {
    const json = this.#json
    let at = from
    for (;;) {
      const byte = json[at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
      at++
    }
  }

  #text(from: number, to: number): string {
    const { buffer, byteOffset, length } = this.#json
    return Buffer.from(buffer, byteOffset + from, Math.min(to, length) - from).toString('utf8')
  }

  #write(text: string): void {
    this.#size += this.#out.write(text, this.#size)
  }
}
