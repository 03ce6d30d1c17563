/** Objects may be maps, of which each has other names: so many layouts are kept, and so many ways to go on from one. */
const mostLayouts = 20_000
const mostWays = 32

/** The names of an object as far as they were read, in the order of the document. */
export interface Layout {
  /** The last of them, in canonical form; the one before. */
  name: string
  before: Layout | undefined
  count: number
  /** Its index in the names that are looked for; -1: it is none of them. */
  wanted: number
  /** The name came before: what such an object is cannot be said here. */
  isRepeat: boolean
  /** It is there for the next object, too. */
  isKept: boolean
  ways: Way[]
  /** Of objects that end here; made when it is needed first. */
  whole: WholeLayout | undefined
}

/** What stands between two values, or before the first one: it leads to the next one. */
export interface Way {
  bytes: Words
  to: Layout
}

/** Bytes, four at a time: so they are compared and copied in a third of the time. */
interface Words {
  length: number
  /** Little-endian; zeros fill up the last one. */
  words: Int32Array
}

export interface WholeLayout {
  names: string[]
  /** Each name and a colon. */
  starts: Words[]
  /** Where each name stands, in order of the names. */
  order: number[]
  /** By the types of the values. */
  shapes: Map<string, string>
}

/** The layouts of all objects that were read: items of a service have few. */
export class Layouts {
  /** Before the first name. */
  readonly start: Layout
  readonly #wanted: readonly string[]
  #count = 0

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted
    this.start = this.#layoutOf('', undefined)
  }

  /** Another way to go on. @param written The name, as it stands there. @returns `undefined` when that is no valid text */
  add(here: Layout, bytes: Uint8Array, written: string): Way | undefined {
    const name = canonicalName(written)
    if (name === undefined) return undefined
    const to = here.ways.find((way) => way.to.name === name)?.to ?? this.#layoutOf(name, here)
    const way = { bytes: wordsOf(bytes), to }
    if (to.isKept && here.ways.length < mostWays) here.ways.push(way)
    return way
  }

  #layoutOf(name: string, before: Layout | undefined): Layout {
    const isKept = before === undefined || (before.isKept && before.ways.length < mostWays && this.#count < mostLayouts)
    if (isKept) this.#count++
    let isRepeat = false
    for (let one = before; one !== undefined; one = one.before) isRepeat ||= one.name === name
    return {
      name,
      before,
      count: before === undefined ? 0 : before.count + 1,
      wanted: this.#wanted.indexOf(name),
      isRepeat,
      isKept,
      ways: [],
      whole: undefined,
    }
  }
}

export function wayAt(ways: readonly Way[], json: DataView, at: number): Way | undefined {
  for (let place = 0; place < ways.length; place++) {
    const { length, words } = ways[place]!.bytes
    if (at + length > json.byteLength) continue
    const whole = length >> 2
    let index = 0
    while (index < whole && words[index] === json.getInt32(at + index * 4, true)) index++
    if (index === whole && isRest(words[whole] ?? 0, length & 3, json, at + whole * 4)) return ways[place]
  }
  return undefined
}

/** Whether the first bytes of a word stand there. */
function isRest(word: number, count: number, json: DataView, at: number): boolean {
  for (let index = 0; index < count; index++) {
    if (((word >>> (index * 8)) & 0xff) !== json.getUint8(at + index)) return false
  }
  return true
}

/** @param target Has room for three bytes more. @returns Behind what was written */
export function writeWords({ length, words }: Words, target: DataView, at: number): number {
  for (let index = 0; index < words.length; index++) target.setInt32(at + index * 4, words[index]!, true)
  return at + length
}

function wordsOf(bytes: Uint8Array): Words {
  const words = new Int32Array((bytes.length + 3) >> 2)
  for (let index = 0; index < bytes.length; index++) words[index >> 2]! |= bytes[index]! << ((index & 3) * 8)
  return { length: bytes.length, words }
}

export function wholeLayout(last: Layout): WholeLayout {
  const names: string[] = []
  for (let one: Layout | undefined = last; one !== undefined && one.count > 0; one = one.before) names.unshift(one.name)
  const order = names.map((_, index) => index).sort((a, b) => (names[a]! < names[b]! ? -1 : 1))
  return { names, starts: names.map((name) => wordsOf(Buffer.from(`${name}:`))), order, shapes: new Map() }
}

/** A name with its quotes; `undefined` when it is no valid text. */
function canonicalName(written: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(written))
  } catch {
    return undefined
  }
}
