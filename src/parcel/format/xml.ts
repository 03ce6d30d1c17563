import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import { UnsiloError } from '../../errors.ts'
import { withoutByteOrderMark } from './byte-order-mark.ts'
import type { Format, FormatCheck } from './format.ts'

/** An XML declaration is over by then; what is longer is no declaration. */
const longestDeclaration = 1024
/** Enough to tell a declaration or a web page; a shorter document is parsed at its end. */
const shortestHead = 64

/**
 * Checks that a document is well-formed XML, in constant memory. Entities are never expanded, so a document cannot blow
 * up; names and attributes are checked, namespaces and schemas are not.
 */
class XmlCheck implements FormatCheck {
  readonly #parser = new SaxesParser({ position: false })
  #decoder: TextDecoder | undefined
  /** What has come before the encoding is known. */
  #head: Uint8Array = new Uint8Array(0)
  #isWebPage = false

  constructor() {
    this.#parser.on('error', (error) => {
      throw this.#notWellFormed(error.message)
    })
    this.#parser.on('doctype', (doctype) => this.#declareEntities(doctype))
  }

  write(chunk: Uint8Array): void {
    if (this.#decoder !== undefined) {
      this.#parse(chunk, this.#decoder)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    if (isPastDeclaration(this.#head)) this.#begin()
  }

  end(): void {
    const decoder = this.#decoder ?? this.#begin()
    this.#parse(undefined, decoder)
    this.#parser.close()
  }

  #begin(): TextDecoder {
    const text = Buffer.from(this.#head).toString('latin1', 0, longestDeclaration)
    this.#isWebPage = /^\s*<(!doctype\s+html|html)/i.test(text)
    this.#decoder = decoderFor(this.#head)
    this.#parse(this.#head, this.#decoder)
    return this.#decoder
  }

  #parse(chunk: Uint8Array | undefined, decoder: TextDecoder): void {
    let text: string
    try {
      text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch (error) {
      throw new UnsiloError(
        'wrong-content',
        `not well-formed XML: not ${decoder.encoding} text after ${this.#place()}`,
        {
          hint: 'The file is damaged, or its XML declaration names the wrong encoding.',
          cause: error,
        },
      )
    }
    this.#parser.write(text)
  }

  /**
   * Entities that the document declares are known. Where it refers to declarations that stand elsewhere, any name may be
   * an entity (XML 1.0, section 4.1, "Entity Declared").
   */
  #declareEntities(doctype: string): void {
    const declarations = doctype.replaceAll(/<!--.*?-->/gs, '')
    const known = this.#parser.ENTITIES
    for (const [, name] of declarations.matchAll(/<!ENTITY\s+([^\s%]\S*)\s/g)) known[name!] ??= ''
    const refersElsewhere = /^\s*[^\s[]+\s+(SYSTEM|PUBLIC)\s/.test(declarations) || /%[^\s;%]+;/.test(declarations)
    if (!refersElsewhere) return
    this.#parser.ENTITIES = new Proxy(known, {
      get: (entities, name: string) =>
        entities[name] ?? (/^[\p{L}_:][\p{L}\p{M}\p{N}._:·-]*$/u.test(name) ? '' : undefined),
    })
  }

  #place(): string {
    return `line ${this.#parser.line}, column ${this.#parser.column}`
  }

  #notWellFormed(message: string): UnsiloError {
    const hint = this.#isWebPage
      ? 'It is a web page (HTML). Many services answer with one when a login has expired or an address is wrong.'
      : 'Look at that place in the file; the exporter wrote it wrongly, or was cut off there.'
    return new UnsiloError('wrong-content', `not well-formed XML: ${message.replace(/\.$/, '')} at ${this.#place()}`, {
      hint,
    })
  }
}

/** Whether so much of a document tells its encoding. */
export function isPastDeclaration(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('latin1')
  if (text.length < shortestHead) return false
  return !text.startsWith('<?xml') || text.includes('?>') || text.length >= longestDeclaration
}

/** Of a document that begins with `head`. @throws UnsiloError `wrong-content` for an encoding that is unknown */
export function decoderFor(head: Uint8Array): TextDecoder {
  const text = Buffer.from(head).toString('latin1', 0, longestDeclaration)
  return decoderNamed(/^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1])
}

function decoderNamed(declared = 'utf-8'): TextDecoder {
  // A declaration that reads as ASCII cannot be UTF-16, whatever it says; programs that write strings to files leave it so.
  const label = /^(utf-16|ucs-2|iso-10646-ucs-2)/i.test(declared) ? 'utf-8' : declared
  try {
    return new TextDecoder(label, { fatal: true })
  } catch (error) {
    throw new UnsiloError('wrong-content', `not readable XML: its encoding, "${declared}", is unknown`, {
      hint: 'Let the exporter write UTF-8.',
      cause: error,
    })
  }
}

// Property lists (.plist) are left out: most of them are binary.
export const xml: Format = {
  name: 'XML',
  extensions: [
    'xml',
    'atom',
    'gpx',
    'graphml',
    'kml',
    'opml',
    'osm',
    'rss',
    'svg',
    'tcx',
    'xhtml',
    'xsd',
    'xsl',
    'xslt',
  ],
  startCheck: () => withoutByteOrderMark(new XmlCheck(), 4),
}
