import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import type { Bytes } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { decoderFor, isPastDeclaration } from '../../parcel/format/xml.ts'
import { nearestWord } from '../../system/nearest.ts'
import { XmlElement } from './element.ts'
import type { Found } from './json/json.ts'
import { fromWindows1252, withoutMark } from './text.ts'

/** What has so many faults is another kind of file. */
const mostFaults = 100
const mostNames = 100

interface XmlOptions {
  /** With its prefix, as the document writes it; with the names of those around it before it, as in "channel/item". */
  element: string
  file: string
}

/**
 * Each element of the name as an object; one that stands inside of another is part of that. An item in which the document is not
 * well-formed is none. That there is none at all is told, unless the element around them is there: then it is an empty list.
 */
export async function* readXml(bytes: Bytes, options: XmlOptions): AsyncGenerator<Found[]> {
  const items = new XmlItems(options)
  for await (const text of textOf(withoutMark(bytes))) {
    items.write(text)
    yield items.take()
    if (items.isOver) return
  }
  items.end()
  yield items.take()
}

class XmlItems {
  readonly #file: string
  readonly #parser = new SaxesParser<{ xmlns: false }>({ xmlns: false })
  readonly #element: string
  /** From the outermost to the item. */
  readonly #path: readonly string[]
  #found: Found[] = []
  /** Elements around the one that is read, while that is no item. */
  readonly #around: string[] = []
  /** Of elements outside of items, to say which is meant where there is none. */
  readonly #names = new Set<string>()
  /** There is an item, or what they would stand in. */
  #isThere = false
  #faults = 0
  /** The item that is read, and what is open in it; none outside of items. */
  #open: XmlElement[] = []
  #isFaulty = false

  constructor({ element, file }: XmlOptions) {
    this.#file = file
    this.#element = element
    this.#path = element.split('/')
    const parser = this.#parser
    parser.on('error', (error) => this.#fault(error.message))
    parser.on('doctype', (doctype) => declareEntities(doctype, parser.ENTITIES))
    parser.on('opentag', ({ name, attributes }) => {
      if (this.#open.length > 0 || this.#isItem(name)) this.#open.push(new XmlElement(name, attributes))
      else this.#around.push(name)
    })
    parser.on('text', (text) => this.#open.at(-1)?.addText(text))
    parser.on('cdata', (text) => this.#open.at(-1)?.addText(text))
    parser.on('closetag', () => this.#close())
  }

  get isOver(): boolean {
    return this.#faults >= mostFaults
  }

  take(): Found[] {
    const found = this.#found
    this.#found = []
    return found
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  end(): void {
    this.#parser.close()
    if (this.#isThere || this.#faults > 0) return
    const near = nearestWord(this.#element, this.#names)
    const meant = near === undefined ? '' : `: did you mean "${near}"?`
    this.#found.push({ problem: `there is no element "${this.#element}"${meant}`, file: this.#file })
  }

  #isItem(name: string): boolean {
    const here = [...this.#around, name]
    if (this.#names.size < mostNames) this.#names.add(name)
    const isItem = endsWith(here, this.#path)
    this.#isThere ||= isItem || (this.#path.length > 1 && endsWith(here, this.#path.slice(0, -1)))
    return isItem
  }

  #close(): void {
    const closed = this.#open.pop()
    if (closed === undefined) {
      this.#around.pop()
      return
    }
    const parent = this.#open.at(-1)
    if (parent !== undefined) parent.addChild(closed.name, closed.value())
    else if (!this.#isFaulty) this.#found.push({ json: Buffer.from(closed.object()), file: this.#file, isText: true })
    if (parent === undefined) this.#isFaulty = false
  }

  /** Of an item the first fault is told: others follow from it. */
  #fault(message: string): void {
    this.#faults++
    if (this.#isFaulty) return
    this.#isFaulty = this.#open.length > 0
    const { line, column } = this.#parser
    const problem = `not well-formed XML: ${message.replace(/^.*?\d+:\d+: /, '').replace(/\.$/, '')}`
    this.#found.push({ problem, file: this.#file, path: `line ${line}, column ${column}` })
  }
}

function endsWith(names: readonly string[], end: readonly string[]): boolean {
  return end.every((name, index) => name === names[names.length - end.length + index])
}

/** Entities stand for the text that the document itself declares; they are not expanded again. */
function declareEntities(doctype: string, known: Record<string, string>): void {
  const declarations = doctype.replaceAll(/<!--.*?-->/gs, '')
  for (const [, name, double, single] of declarations.matchAll(/<!ENTITY\s+([^\s%]\S*)\s+(?:"([^"]*)"|'([^']*)')/g)) {
    if (!Object.hasOwn(known, name!)) known[name!] = double ?? single ?? ''
  }
}

/** Decoded as the XML declaration says. @throws UnsiloError `wrong-content` */
async function* textOf(bytes: Bytes): AsyncGenerator<string> {
  let head = Buffer.alloc(0)
  let decoder: TextDecoder | undefined
  for await (const chunk of bytes) {
    if (decoder !== undefined) yield decode(decoder, chunk)
    else {
      head = Buffer.concat([head, chunk])
      if (!isPastDeclaration(head)) continue
      decoder = decoderFor(head)
      yield decode(decoder, head)
    }
  }
  if (decoder === undefined) yield decode((decoder = decoderFor(head)), head)
  yield decode(decoder)
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    return decoder.encoding === 'windows-1252' ? fromWindows1252(text) : text
  } catch (error) {
    throw new UnsiloError('wrong-content', `not well-formed XML: not ${decoder.encoding} text`, {
      hint: 'The file is damaged, or its XML declaration names the wrong encoding.',
      cause: error,
    })
  }
}
