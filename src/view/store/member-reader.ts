import { isOfNumber } from '../json/number-byte.ts'
import { type RawValue, readText } from './raw-json.ts'

interface Ways<Field> {
  /** What has stood from the end of its value to the beginning of the next one: the name of that one is in it. */
  ways: Way<Field>[]
}

/** A field that items have. */
interface Place<Field> extends Ways<Field> {
  name: string
  field: Field
  /** The item that had it last, and where it stands among the members of that one. */
  item: number
  at: number
}

interface Way<Field> {
  bytes: Uint8Array
  to: Place<Field>
}

/** Fields may come in every order: of more ways from one to the next none is remembered. */
const mostWays = 16
/** Names may be keys, of which there is no end: of more names none is remembered. */
const mostPlaces = 10_000

const [quote, backslash, comma, openBrace] = Buffer.from('"\\,{') as unknown as [number, number, number, number]
const [letterU, letterD] = Buffer.from('ud') as unknown as [number, number]

/**
 * Reads the members of objects that are known to be valid JSON, one item after the other. Items of a service are alike: what stands
 * between two values is compared with what stood there before, and only what is new is read.
 *
 * @template Field What there is to know of a field, by its name.
 */
export class MemberReader<Field> {
  /** Of the item that was read last: of a name that comes twice the last value, in the place of the first. */
  count = 0
  readonly names: string[] = []
  readonly fields: Field[] = []
  readonly kinds: RawValue['kind'][] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** Whether any text in it has a surrogate as an escape. */
  hasSurrogates = false
  /** Whether a name comes twice in it, as far as names are remembered; and whether all of its names are. */
  hasRepeats = false
  isKnown = true
  #item: Uint8Array = new Uint8Array(0)
  #number = 0
  readonly #fieldOf: (name: string) => Field
  readonly #places = new Map<string, Place<Field>>()
  readonly #start: Ways<Field> = { ways: [] }

  /** @param fieldOf Is called once for each of the first 10,000 names. */
  constructor(fieldOf: (name: string) => Field) {
    this.#fieldOf = fieldOf
  }

  /** @returns false for what is no object */
  read(item: Uint8Array): boolean {
    this.#begin(item)
    let here = this.#start
    let at = 0
    for (;;) {
      const way = wayAt(here.ways, item, at) ?? this.#readWay(here, at)
      if (way === undefined) return here !== this.#start || item[this.#skipSpace(0)] === openBrace
      here = way.to
      const from = this.#skipSpace(at + way.bytes.length)
      at = this.#endOfValue(from)
      this.#add(way.to, from, at)
    }
  }

  /** Takes what is no object for one that has only this member. */
  readOnly(name: string, item: Uint8Array): void {
    this.#begin(item)
    const from = this.#skipSpace(0)
    this.#add(this.#place(name), from, this.#endOfValue(from))
  }

  /** The value as it stands there. */
  raw(at: number): string {
    return this.#text(this.starts[at]!, this.ends[at]!)
  }

  #begin(item: Uint8Array): void {
    this.#item = item
    this.#number++
    this.count = 0
    this.hasSurrogates = this.hasRepeats = false
    this.isKnown = true
  }

  #add(place: Place<Field>, from: number, to: number): void {
    if (place.item !== this.#number) {
      place.item = this.#number
      place.at = this.count++
      this.names[place.at] = place.name
      this.fields[place.at] = place.field
    } else this.hasRepeats = true
    this.kinds[place.at] = kindOf(this.#item[from]!)
    this.starts[place.at] = from
    this.ends[place.at] = to
  }

  /** Reads what leads to the next value. @returns `undefined` where there is none */
  #readWay(here: Ways<Field>, from: number): Way<Field> | undefined {
    const item = this.#item
    const sign = this.#skipSpace(from)
    if (item[sign] !== (here === this.#start ? openBrace : comma)) return undefined
    const name = this.#skipSpace(sign + 1)
    // An object without members.
    if (item[name] !== quote) return undefined
    const nameEnd = this.#endOfText(name)
    const to = this.#skipSpace(this.#skipSpace(nameEnd) + 1)
    const way = { bytes: new Uint8Array(item.subarray(from, to)), to: this.#place(readText(this.#text(name, nameEnd))) }
    if (here.ways.length < mostWays && this.#places.size < mostPlaces) here.ways.push(way)
    return way
  }

  #place(name: string): Place<Field> {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place = { name, field: this.#fieldOf(name), ways: [], item: 0, at: 0 }
    if (this.#places.size < mostPlaces) this.#places.set(name, place)
    else this.isKnown = false
    return place
  }

  #text(from: number, to: number): string {
    const { buffer, byteOffset } = this.#item
    return Buffer.from(buffer, byteOffset + from, to - from).toString('utf8')
  }

  #skipSpace(from: number): number {
    let at = from
    while (this.#item[at]! <= 0x20) at++
    return at
  }

  #endOfValue(from: number): number {
    const item = this.#item
    const first = item[from]!
    if (first === quote) return this.#endOfText(from)
    // { and [, } and ] are the same but for one bit.
    if ((first | 0x20) === 0x7b) return this.#endOfNested(from)
    if (first === 0x6e || first === 0x74) return from + 4
    if (first === 0x66) return from + 5
    let end = from + 1
    while (isOfNumber(item[end])) end++
    return end
  }

  /** Behind the quote that closes the text. */
  #endOfText(from: number): number {
    const item = this.#item
    for (let at = from + 1; at < item.length; at++) {
      const byte = item[at]!
      if (byte === quote) return at + 1
      if (byte !== backslash) continue
      at++
      if (item[at] === letterU && (item[at + 1]! | 0x20) === letterD) this.hasSurrogates = true
    }
    return item.length
  }

  #endOfNested(from: number): number {
    const item = this.#item
    let depth = 0
    for (let at = from; at < item.length; at++) {
      const byte = item[at]!
      if (byte === quote) at = this.#endOfText(at) - 1
      else if ((byte | 0x20) === 0x7b) depth++
      else if ((byte | 0x20) === 0x7d && --depth === 0) return at + 1
    }
    return item.length
  }
}

function wayAt<Field>(ways: readonly Way<Field>[], item: Uint8Array, at: number): Way<Field> | undefined {
  for (const way of ways) {
    const { bytes } = way
    let index = 0
    while (index < bytes.length && bytes[index] === item[at + index]) index++
    if (index === bytes.length) return way
  }
  return undefined
}

function kindOf(first: number): RawValue['kind'] {
  if (first === quote) return 'text'
  if ((first | 0x20) === 0x7b) return 'nested'
  if (first === 0x6e) return 'null'
  return first === 0x74 || first === 0x66 ? 'boolean' : 'number'
}
