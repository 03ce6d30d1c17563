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
  bytes: Uint8Array
  to: Layout
}

export interface WholeLayout {
  names: string[]
  /** Each name and a colon. */
  starts: Uint8Array[]
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
    const way = { bytes, to }
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

export function wayAt(ways: readonly Way[], json: Uint8Array, at: number): Way | undefined {
  for (let place = 0; place < ways.length; place++) {
    const { bytes } = ways[place]!
    let index = 0
    while (index < bytes.length && bytes[index] === json[at + index]) index++
    if (index === bytes.length) return ways[place]
  }
  return undefined
}

export function wholeLayout(last: Layout): WholeLayout {
  const names: string[] = []
  for (let one: Layout | undefined = last; one !== undefined && one.count > 0; one = one.before) names.unshift(one.name)
  const order = names.map((_, index) => index).sort((a, b) => (names[a]! < names[b]! ? -1 : 1))
  return { names, starts: names.map((name) => Buffer.from(`${name}:`)), order, shapes: new Map() }
}

/** A name with its quotes; `undefined` when it is no valid text. */
function canonicalName(written: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(written))
  } catch {
    return undefined
  }
}
