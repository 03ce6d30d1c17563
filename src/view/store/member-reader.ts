import { type RawValue, endOfNested, endOfText, kindOf, readText, skipSpace } from './raw-json.ts'
import { fromBytes } from './byte-text.ts'

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
  text: string
  to: Place<Field>
}

/** Fields may come in every order: of more ways from one to the next none is remembered. */
const mostWays = 16
/** Names may be keys, of which there is no end: of more names none is remembered. */
const mostPlaces = 10_000

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
  readonly raws: string[] = []
  readonly #fieldOf: (name: string) => Field
  readonly #places = new Map<string, Place<Field>>()
  readonly #start: Ways<Field> = { ways: [] }
  #item = 0

  /** @param fieldOf Is called once for each of the first 10,000 names. */
  constructor(fieldOf: (name: string) => Field) {
    this.#fieldOf = fieldOf
  }

  /** @param text As `asBytes` has it. @returns false for what is no object */
  read(text: string): boolean {
    this.count = 0
    this.#item++
    let here: Ways<Field> = this.#start
    let at = 0
    for (;;) {
      let way = wayAt(here.ways, text, at)
      if (way === undefined) {
        way = this.#readWay(here, text, at)
        if (way === undefined) return here !== this.#start || text.charCodeAt(skipSpace(text, 0)) === openBrace
      }
      here = way.to
      const from = skipSpace(text, at + way.text.length)
      const kind = kindOf(text.charCodeAt(from))
      at = endOfValue(text, from, kind)
      this.#add(way.to, kind, text.slice(from, at))
    }
  }

  /** Takes what is no object for one that has only this member. */
  takeOnly(name: string, raw: string): void {
    this.#add(this.#place(JSON.stringify(name)), kindOf(raw.charCodeAt(0)), raw)
  }

  #add(place: Place<Field>, kind: RawValue['kind'], raw: string): void {
    if (place.item !== this.#item) {
      place.item = this.#item
      place.at = this.count++
      this.names[place.at] = place.name
      this.fields[place.at] = place.field
    }
    this.kinds[place.at] = kind
    this.raws[place.at] = raw
  }

  /** Reads what leads to the next value. @returns `undefined` where there is none */
  #readWay(here: Ways<Field>, text: string, from: number): Way<Field> | undefined {
    const sign = skipSpace(text, from)
    if (text.charCodeAt(sign) !== (here === this.#start ? openBrace : comma)) return undefined
    const name = skipSpace(text, sign + 1)
    // An object without members.
    if (text.charCodeAt(name) !== quote) return undefined
    const nameEnd = endOfText(text, name)
    const to = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const way = {
      text: Buffer.from(text.slice(from, to), 'latin1').toString('latin1'),
      to: this.#place(text.slice(name, nameEnd)),
    }
    if (here.ways.length < mostWays && this.#places.size < mostPlaces) here.ways.push(way)
    return way
  }

  #place(raw: string): Place<Field> {
    const name = readText(fromBytes(raw))
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place = { name, field: this.#fieldOf(name), ways: [], item: 0, at: 0 }
    if (this.#places.size < mostPlaces) this.#places.set(name, place)
    return place
  }
}

const openBrace = 0x7b
const comma = 0x2c
const quote = 0x22

function wayAt<Field>(ways: readonly Way<Field>[], text: string, at: number): Way<Field> | undefined {
  for (const way of ways) if (text.startsWith(way.text, at)) return way
  return undefined
}

function endOfValue(text: string, from: number, kind: RawValue['kind']): number {
  switch (kind) {
    case 'text':
      return endOfText(text, from)
    case 'nested':
      return endOfNested(text, from)
    case 'null':
      return from + 4
    case 'boolean':
      return from + (text.charCodeAt(from) === 0x74 ? 4 : 5)
    case 'number': {
      let end = from + 1
      while (isOfNumber(text.charCodeAt(end))) end++
      return end
    }
  }
}

/** Digits, and `+ - . e E`. */
function isOfNumber(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d || code === 0x2b || code === 0x65 || code === 0x45
  )
}
