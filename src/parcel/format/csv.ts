import { UnsiloError, expectUnsiloError } from '../../errors.ts'
import { withoutByteOrderMark } from './byte-order-mark.ts'
import type { CheckOptions, Format, FormatCheck } from './format.ts'

/** What a byte is to the reader; a delimiter is `firstDelimiter` plus its place in the list of candidates. */
const text = 0
const quote = 1
const rowEnd = 2
const firstDelimiter = 3

/** Of a row that is longer, the beginning tells whether it is a footer. */
const mostRowBytes = 64 * 1024

/** What European programs, spreadsheets and databases put between fields, though the extension says "comma". */
const csvDelimiters = [',', ';', '\t', '|']

interface Reading {
  /** What messages call the format. */
  name: string
  /** Candidates: one of them it is. */
  delimiters: readonly string[]
  /** False where a quote is a character like any other. */
  hasQuotes: boolean
  isFooter: CheckOptions['isFooter']
}

/**
 * Reads rows far enough to tell whether a file is whole. It is not whole when a quoted field is never closed, when it
 * holds a NUL byte (a crash leaves such blocks), or when its last row has no line end and fewer fields than the first, unless that
 * is a footer.
 * Ragged rows elsewhere, quotes inside plain fields and blank lines are common in real exports, and are left alone.
 */
class RowReader implements FormatCheck {
  readonly #name: string
  readonly #hasQuotes: boolean
  readonly #delimiters: readonly string[]
  readonly #isFooter: CheckOptions['isFooter']
  /** The row that has not ended, as far as it is kept. */
  #row: Uint8Array = new Uint8Array(0)
  #kinds: Uint8Array
  /** Delimiters in this row so far, by candidate. */
  readonly #counts: number[]
  #firstCounts: number[] | undefined
  #isFieldStart = true
  /** Inside quotes; a quote ends that, unless another follows at once. */
  #isQuoted = false
  #isAfterQuote = false
  #isBlank = true
  /** Rows that have ended, blank lines not counted. */
  #rows = 0
  #offset = 0
  #quoteOffset = 0

  constructor(reading: Reading) {
    this.#name = reading.name
    this.#hasQuotes = reading.hasQuotes
    this.#delimiters = reading.delimiters
    this.#isFooter = reading.isFooter
    this.#kinds = this.#kindsFor(reading.delimiters)
    this.#counts = reading.delimiters.map(() => 0)
  }

  write(chunk: Uint8Array): void {
    const nul = chunk.indexOf(0)
    if (nul !== -1) throw this.#notWhole(`NUL at byte ${this.#offset + nul}`, 'The file is damaged, or is not text.')
    const end = chunk.length
    let kinds = this.#kinds
    let index = 0
    let rowAt: number | undefined
    while (index < end) {
      if (this.#isQuoted) {
        const closing = chunk.indexOf(0x22, index)
        if (closing === -1) break
        index = closing + 1
        this.#isQuoted = false
        this.#isAfterQuote = true
        continue
      }
      const kind = kinds[chunk[index++]!]!
      if (kind === text) {
        while (index < end && kinds[chunk[index]!] === text) index++
        this.#isFieldStart = this.#isBlank = false
      } else if (kind === quote) {
        if (this.#isFieldStart) this.#quoteOffset = this.#offset + index - 1
        this.#isQuoted = this.#isFieldStart || this.#isAfterQuote
        this.#isFieldStart = this.#isBlank = false
      } else if (kind === rowEnd) {
        this.#endRow()
        kinds = this.#kinds
        rowAt = index
      } else {
        this.#counts[kind - firstDelimiter]!++
        this.#isFieldStart = true
        this.#isBlank = false
      }
      this.#isAfterQuote = false
    }
    this.#offset += end
    if (this.#isFooter !== undefined) this.#keepRow(chunk, rowAt)
  }

  /** @param from Where it begins; `undefined`: before this chunk. */
  #keepRow(chunk: Uint8Array, from: number | undefined): void {
    if (from !== undefined) this.#row = chunk.slice(from, from + mostRowBytes)
    else if (this.#row.length < mostRowBytes) {
      this.#row = Buffer.concat([this.#row, chunk.subarray(0, mostRowBytes - this.#row.length)])
    }
  }

  end(): void {
    if (this.#isQuoted) {
      throw this.#notWhole(
        `the quoted field that begins at byte ${this.#quoteOffset} (row ${this.#rows + 1}) is never closed`,
      )
    }
    if (this.#rows === 0 && this.#isBlank) throw this.#notWhole('it holds no row')
    if (this.#isBlank || !this.#isShort() || this.#isFooter?.(this.#row) === true) return
    throw this.#notWhole(`it ends in the middle of row ${this.#rows + 1}`, shortHint)
  }

  /** Whichever candidate is the delimiter, this row has fewer fields than the first. */
  #isShort(): boolean {
    const first = this.#firstCounts ?? []
    return (
      first.some((count) => count > 0) && first.every((count, index) => count === 0 || this.#counts[index]! < count)
    )
  }

  #endRow(): void {
    if (!this.#isBlank) {
      this.#rows++
      this.#firstCounts ??= this.#dropDelimiters()
    }
    this.#counts.fill(0)
    this.#isFieldStart = this.#isBlank = true
  }

  /** A candidate that the first row does not have is text from then on. */
  #dropDelimiters(): number[] {
    const counts = [...this.#counts]
    this.#kinds = this.#kindsFor(this.#delimiters.map((delimiter, index) => (counts[index] === 0 ? '' : delimiter)))
    return counts
  }

  #kindsFor(delimiters: readonly string[]): Uint8Array {
    const kinds = new Uint8Array(256)
    if (this.#hasQuotes) kinds[0x22] = quote
    // The two bytes of CR LF end a row and a blank line, which does not count.
    kinds[0x0a] = kinds[0x0d] = rowEnd
    for (const [index, delimiter] of delimiters.entries()) {
      if (delimiter !== '') kinds[delimiter.charCodeAt(0)] = firstDelimiter + index
    }
    return kinds
  }

  #notWhole(what: string, hint = 'The export was probably cut off; run it again.'): UnsiloError {
    return new UnsiloError('wrong-content', `not whole ${this.#name}: ${what}`, { hint })
  }
}

const shortHint =
  'The export was probably cut off; run it again. If such a line always stands at the end, as one with a sum, say so where a view ' +
  'of it is defined: csv = { footer = 1 }, or better with what is in it, csv = { skip_lines = "^Total" }.'

/** Passes what is whole in one of two readings. */
class EitherReading implements FormatCheck {
  readonly #first: FormatCheck
  readonly #second: FormatCheck

  constructor(first: FormatCheck, second: FormatCheck) {
    this.#first = first
    this.#second = second
  }

  write(chunk: Uint8Array): void {
    this.#first.write(chunk)
    this.#second.write(chunk)
  }

  end(): void {
    try {
      this.#first.end()
    } catch (error) {
      expectUnsiloError(error)
      this.#second.end()
    }
  }
}

export const csv: Format = {
  name: 'CSV',
  extensions: ['csv'],
  startCheck: ({ isFooter } = {}) =>
    withoutByteOrderMark(new RowReader({ name: 'CSV', delimiters: csvDelimiters, hasQuotes: true, isFooter })),
}

/** Some programs quote fields of tab-separated files and some write quotes as they are; the file does not say which. */
export const tsv: Format = {
  name: 'TSV',
  extensions: ['tsv'],
  startCheck({ isFooter } = {}) {
    const reading = { name: 'TSV', delimiters: ['\t'], isFooter }
    const quoted = new RowReader({ ...reading, hasQuotes: true })
    const literal = new RowReader({ ...reading, hasQuotes: false })
    return withoutByteOrderMark(new EitherReading(quoted, literal))
  },
}
