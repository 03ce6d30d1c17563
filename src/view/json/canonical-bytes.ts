import type { JsonPath } from './at.ts'
import { type Ignored, ignoredAt } from './ignored.ts'
import { type Layout, Layouts, type Way, type WholeLayout, wayAt, wholeLayout, writeWords } from './object-layouts.ts'
import { isOfNumber } from './number-byte.ts'
import { copyBytes, plainEnd } from './plain-value.ts'
import { canonicalNumber } from './read-json.ts'
import { letterOf, shapeOf } from './shape.ts'

/** Larger items are rare, and a tree is made of them: what is written here has room for the longest that can become of an item. */
const mostBytes = 1024 * 1024
/** One of four characters, as 1e20, is 21 at most in canonical form. */
const mostGrowth = 8
/** Words that are written may reach beyond what counts. */
const spareBytes = 8
const deepest = 100
const mostNames = 1000

const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const code = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  open: 0x5b,
  backslash: 0x5c,
  close: 0x5d,
  begin: 0x7b,
  end: 0x7d,
} as const
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
  #view = viewOf(this.#json)
  #out = Buffer.allocUnsafeSlow(64 * 1024)
  #size = 0
  /** The object that was put together last. */
  #gathered = Buffer.allocUnsafeSlow(64 * 1024)
  #gatheredView = viewOf(this.#gathered)
  #gatheredSize = 0
  #depth = 0
  /** Of members of objects that are open, the innermost last: in what their values stand (`undefined`: one is left out), and where. */
  readonly #sources: (Uint8Array | undefined)[] = []
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
    const most = json.length * mostGrowth + spareBytes
    if (this.#out.length < most) {
      this.#out = Buffer.allocUnsafeSlow(most * 2)
      this.#gathered = Buffer.allocUnsafeSlow(most * 2)
      this.#gatheredView = viewOf(this.#gathered)
    }
    this.#json = json
    this.#view = viewOf(json)
    this.#size = this.#depth = this.#members = 0
    this.#wantedFrom.fill(-1)
    const from = this.#skipSpace(0)
    if (json[from] !== code.begin) return false
    const end = this.#object(from, this.#ignored)
    return end !== -1 && this.#skipSpace(end) === json.length
  }

  /** The item that was read, without what is ignored; valid until the next one is read. */
  get bytes(): Uint8Array {
    return this.#gathered.subarray(0, this.#gatheredSize)
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
    const end = plainEnd(this.#json, from)
    if (end === -1) return this.#other(from, ignored)
    this.#size = copyBytes(this.#json, from, end, this.#out, this.#size)
    return end
  }

  /** A value that is written in another form than it has there, or may be. */
  #other(from: number, ignored: Ignored | undefined): number {
    const first = this.#json[from]!
    if (first === code.begin) return this.#object(from, ignored)
    if (first === code.open) return this.#list(from, ignored)
    return first === code.quote ? this.#escapedString(from) : this.#number(from)
  }

  #object(from: number, ignored: Ignored | undefined): number {
    if (++this.#depth > deepest) return -1
    const isTop = this.#depth === 1
    const firstMember = this.#members
    const start = this.#size
    let layout = this.#layouts.start
    let at = from + 1
    for (;;) {
      const way = wayAt(layout.ways, this.#view, at) ?? this.#readWay(layout, at)
      if (way === undefined) break
      layout = way.to
      if (layout.isRepeat) return -1
      const valueFrom = this.#skipSpace(at + way.bytes.length)
      at = this.#member(valueFrom, ignored?.names.get(layout.name))
      if (at === -1) return -1
      if (isTop) this.#noteTop(layout, valueFrom, at)
    }
    at = this.#skipSpace(at)
    if (this.#json[at] !== code.end) return -1
    const whole = (layout.whole ??= wholeLayout(layout))
    const size = this.#gather(whole, firstMember)
    this.#members = firstMember
    this.#depth--
    if (isTop) {
      this.#top = whole
      this.#gatheredSize = size
    } else {
      this.#out.set(this.#gathered.subarray(0, size), start)
      this.#size = start + size
    }
    return at + 1
  }

  /** The value of a member: where it can be left in its place, it is. @returns Behind it */
  #member(from: number, rule: Ignored | undefined): number {
    const member = this.#members++
    const plain = plainEnd(this.#json, from)
    const begin = this.#size
    const end = plain === -1 ? this.#other(from, rule) : plain
    const isLeft = rule?.isAll === true
    if (isLeft) this.#size = begin
    this.#sources[member] = isLeft ? undefined : plain === -1 ? this.#out : this.#json
    this.#begins[member] = plain === -1 ? begin : from
    this.#ends[member] = plain === -1 ? this.#size : plain
    return end
  }

  #noteTop({ count, wanted }: Layout, from: number, to: number): void {
    this.#types[count - 1] = letterOf(this.#json[from]!)
    if (wanted === -1) return
    this.#wantedFrom[wanted] = from
    this.#wantedTo[wanted] = to
  }

  /** Puts an object together, with its members in order of their names. @returns Its bytes, in `#gathered` */
  #gather({ order, starts }: WholeLayout, firstMember: number): number {
    const target = this.#gathered
    let size = 0
    target[size++] = code.begin
    for (let place = 0; place < order.length; place++) {
      const index = order[place]!
      const source = this.#sources[firstMember + index]
      if (source === undefined) continue
      if (size > 1) target[size++] = code.comma
      size = writeWords(starts[index]!, this.#gatheredView, size)
      size = copyBytes(source, this.#begins[firstMember + index]!, this.#ends[firstMember + index]!, target, size)
    }
    target[size++] = code.end
    return size
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
        at = this.#skipSpace(at + 1)
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
    let end = from
    while (isOfNumber(this.#json[end])) end++
    const written = this.#text(from, end)
    if (!numberText.test(written)) return -1
    this.#write(canonicalNumber(written))
    return end
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

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length)
}
