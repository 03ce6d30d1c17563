/** Reads one row, which may go over several lines. */
export class CsvRow {
  readonly #delimiter: string
  readonly fields: string[] = []
  /** The quoted field that has begun and not ended. */
  #quoted: string | undefined
  /** Of the line before. */
  #lineEnd = ''
  /** Something other than a delimiter follows a closing quote: the quotes were not meant as such, or something is missing. */
  isOdd = false

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  /** @returns Whether the row ends with this line; else the next one belongs to it. */
  addLine(line: string, lineEnd: string): boolean {
    let at = 0
    if (this.#quoted !== undefined) {
      this.#quoted += this.#lineEnd
      this.#lineEnd = lineEnd
      at = this.#endQuoted(line, 0)
      if (at === -1) return false
    }
    this.#lineEnd = lineEnd
    while (at <= line.length) {
      if (line[at] === '"') {
        this.#quoted = ''
        at = this.#endQuoted(line, at + 1)
        if (at === -1) return false
      } else {
        const end = line.indexOf(this.#delimiter, at)
        this.fields.push(line.slice(at, end === -1 ? undefined : end))
        at = end === -1 ? line.length + 1 : end + 1
      }
    }
    return true
  }

  /** @returns Where the next field begins; -1 when the quoted one goes on in the next line. */
  #endQuoted(line: string, from: number): number {
    for (let at = from; ;) {
      const quote = line.indexOf('"', at)
      this.#quoted += line.slice(at, quote === -1 ? undefined : quote)
      if (quote === -1) return -1
      at = quote + 2
      if (line[quote + 1] === '"') {
        this.#quoted += '"'
        continue
      }
      const end = line.indexOf(this.#delimiter, quote + 1)
      const rest = line.slice(quote + 1, end === -1 ? undefined : end)
      if (rest.trim() !== '') this.isOdd = true
      this.fields.push(this.#quoted!)
      this.#quoted = undefined
      return end === -1 ? line.length + 1 : end + 1
    }
  }
}

/** The candidate that stands most often in the header, outside of quotes. */
export function delimiterOf(header: string, candidates: readonly string[]): string {
  const plain = header.replaceAll(/"[^"]*"/g, '')
  const count = (delimiter: string): number => plain.split(delimiter).length
  return candidates.reduce((best, other) => (count(other) > count(best) ? other : best))
}

/** Names of columns: one that is empty, or stands there twice, is told by its place. */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set(header)
  const seen = new Set<string>()
  return header.map((name, index) => {
    if (name !== '' && !seen.has(name)) {
      seen.add(name)
      return name
    }
    let own = name === '' ? `column_${index + 1}` : `${name}_${index + 1}`
    while (taken.has(own)) own += '_'
    taken.add(own)
    return own
  })
}
