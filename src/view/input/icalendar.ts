import type { Bytes } from '../../codec/codec.ts'
import { Component } from './component.ts'
import { parseContentLine } from './content-line.ts'
import type { Found } from './json/json.ts'
import { type Line, linesOf } from './lines.ts'
import { withoutMark } from './text.ts'

/** What other components refer to. */
const notItems = new Set(['VTIMEZONE'])
const wrapper = 'VCALENDAR'
/** A calendar may well be without them. A name that is none of these may be misspelt. */
const usual = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY'])

interface CalendarOptions {
  /** Name of the components that are items; all of them when it is missing. */
  component: string | undefined
  file: string
}

/**
 * Each component of a calendar, and each vCard, as an object. That there is none is told, unless there is a calendar that may well be
 * empty.
 */
export async function* readCalendar(bytes: Bytes, options: CalendarOptions): AsyncGenerator<Found[]> {
  const items = new CalendarItems(options)
  for await (const lines of linesOf(withoutMark(bytes))) {
    for (const line of lines) items.add(line)
    yield items.take()
  }
  items.end()
  yield items.take()
}

class CalendarItems {
  readonly #component: string | undefined
  readonly #file: string
  #found: Found[] = []
  /** Outermost first. */
  #open: Component[] = []
  /** A line, with those that go on with it, in bytes: a line may be folded inside of a character (RFC 5545, section 3.1). */
  #pieces: Uint8Array[] = []
  #number = 0
  #isSoft = false
  #hasItem = false
  #isDamaged = false
  /** Names of the components that are no items. */
  readonly #others = new Set<string>()

  constructor({ component, file }: CalendarOptions) {
    this.#component = component?.toUpperCase()
    this.#file = file
  }

  take(): Found[] {
    const found = this.#found
    this.#found = []
    return found
  }

  add({ bytes, number }: Line): void {
    const isFolded = this.#pieces.length > 0 && (bytes[0] === 0x20 || bytes[0] === 0x09)
    if (isFolded) this.#pieces.push(bytes.subarray(1))
    else if (this.#isSoft) this.#pieces.push(bytes)
    else {
      this.#endLine()
      this.#pieces = [bytes]
      this.#number = number
    }
    // The quoted-printable text of vCard 2.1 goes on after a line that ends with "=".
    const goesOn = bytes.at(-1) === 0x3d
    this.#isSoft = goesOn && (this.#isSoft || /;ENCODING=QUOTED-PRINTABLE[;:]/i.test(this.#text()))
  }

  end(): void {
    this.#endLine()
    const [first] = this.#open
    if (first !== undefined) this.#bad(`${first.name} is never closed`)
    else this.#endWithout()
  }

  /** What has no item: an empty calendar, or something else than was meant. */
  #endWithout(): void {
    if (this.#hasItem || this.#isDamaged) return
    const component = this.#component
    if (this.#others.has(wrapper) && (component === undefined || usual.has(component))) return
    const others = [...this.#others].filter((name) => name !== wrapper && !notItems.has(name))
    const problem =
      this.#others.size === 0
        ? 'there is no calendar and no vCard in it'
        : `there is no ${component ?? 'component'} in it${others.length === 0 ? '' : `, only ${others.join(', ')}`}`
    this.#found.push({ problem, file: this.#file })
  }

  #text(): string {
    return Buffer.concat(this.#pieces).toString('utf8')
  }

  #endLine(): void {
    const text = this.#text()
    this.#pieces = []
    if (text.trim() === '') return
    const line = parseContentLine(text)
    if (line === undefined) this.#bad(`"${text.slice(0, 60)}" is no line of a calendar or vCard`)
    else if (line.name === 'BEGIN') this.#open.push(new Component(line.value.trim().toUpperCase()))
    else if (line.name === 'END') this.#close(line.value.trim().toUpperCase())
    else this.#open.at(-1)?.add(line)
  }

  #close(name: string): void {
    const index = this.#open.findLastIndex((component) => component.name === name)
    if (index === -1) {
      this.#bad(`END:${name} without BEGIN:${name}`)
      return
    }
    const [closed, ...unclosed] = this.#open.splice(index) as [Component, ...Component[]]
    for (const inner of unclosed) this.#bad(`${inner.name} is never closed`)
    const parent = this.#open.at(-1)
    const isItem = parent === undefined || parent.name === wrapper
    if (!isItem) parent.addInner(name, closed.object())
    else if (this.#isWanted(name)) {
      this.#hasItem = true
      this.#found.push({ json: Buffer.from(closed.object()), file: this.#file, isText: true })
    } else this.#others.add(name)
  }

  #isWanted(name: string): boolean {
    if (name === wrapper) return false
    return this.#component === undefined ? !notItems.has(name) : name === this.#component
  }

  #bad(problem: string): void {
    this.#isDamaged = true
    this.#found.push({ problem, file: this.#file, path: `line ${this.#number}` })
  }
}
