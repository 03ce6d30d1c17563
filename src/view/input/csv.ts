import type { Bytes } from '../../codec/codec.ts'
import type { BadItem } from '../item.ts'
import { CsvRow, columnNames, delimiterOf } from './csv-row.ts'
import type { Found } from './json/json.ts'
import { jsonObject } from './json-text.ts'
import { type Line, linesOf } from './lines.ts'
import type { CsvConfig } from './csv-config.ts'
import { fromUtf16, oneEncoding, textDecoder, withoutMark } from './text.ts'

/** As in the check of the format: what programs put between fields, though the extension says "comma". */
const delimiters = { csv: [',', ';', '\t', '|'], tsv: ['\t'] }
/** A quoted field that goes on for longer is one whose closing quote is missing. */
const longestRowBytes = 16 * 1024 * 1024

/** Banks and spreadsheets in Western Europe write it. */
const usualEncoding = 'windows-1252'

interface CsvOptions {
  kind: 'csv' | 'tsv'
  file: string
  csv?: CsvConfig | undefined
  /** Columns without which the view can do nothing with a row. */
  needed?: readonly string[]
}

/** Each row as an object of texts, named by the header. A row with too few or too many fields is none, as is a file without a header. */
export async function* readCsv(bytes: Bytes, options: CsvOptions): AsyncGenerator<Found[]> {
  const encoding = oneEncoding(options.csv?.encoding ?? usualEncoding) ?? usualEncoding
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be'
  const rows = new CsvRows(options, textDecoder(encoding))
  for await (const lines of linesOf(withoutMark(isUtf16 ? fromUtf16(bytes, encoding) : bytes))) {
    for (const line of lines) rows.add(line)
    yield rows.take()
  }
  yield rows.end()
}

class CsvRows {
  readonly #delimiters: readonly string[]
  readonly #file: string
  readonly #skip: number
  readonly #skipLines: RegExp | undefined
  readonly #footer: number
  /** What the last rows have given: they may be the footer. */
  #last: Found[] = []
  /** A field of the header, while that has not come yet. */
  #headerField: string | undefined
  readonly #needed: readonly string[]
  #hasRows = false
  readonly #textOf: (bytes: Uint8Array) => string
  #delimiter: string | undefined
  /** Of the columns. */
  #names: string[] | undefined
  /** The first row is an item: columns have numbers. */
  readonly #isUnnamed: boolean
  /** What says how many fields a row has. */
  readonly #measure: string
  #row: CsvRow | undefined
  /** The lines of the row so far. */
  #lines: Line[] = []
  #bytes = 0
  #found: Found[] = []

  constructor({ kind, file, csv = {}, needed = [] }: CsvOptions, textOf: (bytes: Uint8Array) => string) {
    this.#delimiters = csv.delimiter === undefined ? delimiters[kind] : [csv.delimiter]
    this.#file = file
    this.#needed = needed
    this.#skip = csv.skip ?? 0
    this.#skipLines = csv.skip_lines === undefined ? undefined : new RegExp(csv.skip_lines, 'u')
    this.#footer = csv.footer ?? 0
    const { header } = csv
    if (typeof header === 'string') this.#headerField = header
    else if (Array.isArray(header)) this.#names = header
    this.#isUnnamed = header === false
    this.#measure = Array.isArray(header) ? '`header`' : this.#isUnnamed ? 'the first row' : 'the header'
    this.#textOf = textOf
  }

  take(): Found[] {
    const found = this.#last.length === 0 ? this.#found : [...this.#last, ...this.#found]
    this.#found = []
    this.#last = this.#footer === 0 ? [] : found.splice(-this.#footer)
    return found
  }

  add(line: Line): void {
    if (this.#row === undefined && line.bytes.length === 0 && line.problem === undefined) return
    if (line.number <= this.#skip) return
    const text = this.#textOf(line.bytes)
    if (this.#row === undefined && this.#skipLines?.test(text) === true) return
    if (this.#isBeforeHeader(text)) return
    this.#delimiter ??= delimiterOf(text, this.#delimiters)
    this.#row ??= new CsvRow(this.#delimiter)
    this.#lines.push(line)
    this.#bytes += line.bytes.length
    const isWhole = this.#row.addLine(text, line.end)
    if (!isWhole && this.#bytes <= longestRowBytes) return
    if (line.problem !== undefined) this.#reject(line.problem)
    else if (isWhole && !this.#row.isOdd && this.#fits(this.#row.fields)) this.#accept(this.#row.fields)
    else this.#takeApart(isWhole ? this.#row.fields : undefined)
  }

  /** Of `sep=;`, which spreadsheets take for the delimiter, too. */
  #isBeforeHeader(text: string): boolean {
    if (this.#row !== undefined || (this.#names !== undefined && this.#delimiter !== undefined)) return false
    const told = /^sep=(.)$/i.exec(text)?.[1]
    if (told !== undefined) {
      this.#delimiter ??= told
      return true
    }
    if (this.#headerField === undefined) return false
    const row = new CsvRow(this.#delimiter ?? delimiterOf(text, this.#delimiters))
    row.addLine(text, '\n')
    if (!row.fields.some((field) => field.trim() === this.#headerField)) return true
    this.#headerField = undefined
    return false
  }

  /** @returns What is left of it. */
  end(): Found[] {
    while (this.#row !== undefined) this.#takeApart(undefined)
    const found = this.take()
    if (this.#headerField !== undefined) {
      found.push({ problem: `no line of it has a column "${this.#headerField}"`, file: this.#file })
    } else if (this.#names === undefined && !this.#isUnnamed) {
      found.push({ problem: 'it has no header', file: this.#file })
    } else if (!this.#hasRows && this.#names !== undefined) {
      // Of a file with rows, each of them tells what it lacks.
      const names = this.#names
      const lacking = this.#needed.find((name) => !names.includes(name))
      if (lacking !== undefined)
        found.push({ problem: `it has no column "${lacking}", and no rows: it may be another file`, file: this.#file })
    }
    return found
  }

  #fits(fields: readonly string[]): boolean {
    return this.#names === undefined || fields.length === this.#names.length
  }

  #accept(fields: readonly string[]): void {
    if (this.#names === undefined && !this.#isUnnamed) this.#names = columnNames(fields)
    else {
      this.#names ??= columnNames(fields.map(() => ''))
      this.#hasRows = true
      const members = this.#names.map((name, index) => [name, JSON.stringify(fields[index])] as const)
      this.#found.push({ json: Buffer.from(jsonObject(members)), file: this.#file, isText: true })
    }
    this.#reset()
  }

  /**
   * The row is not as the header says. Where its quotes do not come in pairs, the first line stands for itself, as one without
   * quotes where that fits, and the others are read again.
   *
   * @param fields `undefined` when a quoted field is not closed.
   */
  #takeApart(fields: readonly string[] | undefined): void {
    const [first, ...others] = this.#lines as [Line, ...Line[]]
    const text = this.#textOf(first.bytes)
    const literal = text.split(this.#delimiter!)
    const isOdd = fields === undefined || this.#row?.isOdd === true
    if (isOdd && this.#names !== undefined && this.#fits(literal)) this.#accept(literal)
    else if (this.#names === undefined) this.#accept(literal)
    else if (isOdd) this.#reject('a quoted field is not closed where it ends')
    else
      this.#reject(
        `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, and ${this.#measure} has ${this.#names.length}`,
      )
    if (isOdd) for (const line of others) this.add(line)
  }

  #reject(problem: string): void {
    const [first] = this.#lines
    const bad: BadItem = { problem, file: this.#file, path: `line ${first?.number}` }
    this.#found.push(bad)
    this.#reset()
  }

  #reset(): void {
    this.#row = undefined
    this.#lines = []
    this.#bytes = 0
  }
}
