import type { MetricRow } from './metrics-file.ts'

/**
 * Rows by parcel id, each parsed when it is asked for: a report over years of parcels looks at a handful of them.
 */
export class LazyRows<Line> implements ReadonlyMap<string, MetricRow> {
  readonly #lines: ReadonlyMap<string, Line>
  readonly #parse: (line: Line) => MetricRow

  /** @param lines By parcel id, in the order of the file. */
  constructor(lines: ReadonlyMap<string, Line>, parse: (line: Line) => MetricRow) {
    this.#lines = lines
    this.#parse = parse
  }

  get size(): number {
    return this.#lines.size
  }

  has(id: string): boolean {
    return this.#lines.has(id)
  }

  get(id: string): MetricRow | undefined {
    const line = this.#lines.get(id)
    return line === undefined ? undefined : this.#parse(line)
  }

  keys(): MapIterator<string> {
    return this.#lines.keys()
  }

  *values(): Generator<MetricRow, undefined> {
    for (const line of this.#lines.values()) yield this.#parse(line)
  }

  *entries(): Generator<[string, MetricRow], undefined> {
    for (const [id, line] of this.#lines) yield [id, this.#parse(line)]
  }

  [Symbol.iterator](): Generator<[string, MetricRow], undefined> {
    return this.entries()
  }

  forEach(visit: (row: MetricRow, id: string, rows: ReadonlyMap<string, MetricRow>) => void): void {
    for (const [id, row] of this) visit(row, id, this)
  }
}
