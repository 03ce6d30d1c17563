import type { MetricRow } from './metrics-file.ts'

/**
 * Rows by parcel id, each parsed when it is asked for: a report over years of parcels looks at a handful of them.
 */
export class LazyRows implements ReadonlyMap<string, MetricRow> {
  readonly oldestFirst: readonly string[]
  readonly #ids: readonly string[]
  readonly #find: (id: string) => MetricRow | undefined

  /**
   * @param ids In the order of the file.
   * @param find The row of an id; `undefined` of any other.
   */
  constructor(
    ids: readonly string[],
    find: (id: string) => MetricRow | undefined,
    oldestFirst: readonly string[] = ids.toSorted(),
  ) {
    this.oldestFirst = oldestFirst
    this.#ids = ids
    this.#find = find
  }

  get size(): number {
    return this.#ids.length
  }

  has(id: string): boolean {
    return this.#find(id) !== undefined
  }

  get(id: string): MetricRow | undefined {
    return this.#find(id)
  }

  keys(): MapIterator<string> {
    return this.#ids.values()
  }

  *values(): Generator<MetricRow, undefined> {
    for (const id of this.#ids) yield this.#find(id)!
  }

  *entries(): Generator<[string, MetricRow], undefined> {
    for (const id of this.#ids) yield [id, this.#find(id)!]
  }

  [Symbol.iterator](): Generator<[string, MetricRow], undefined> {
    return this.entries()
  }

  forEach(visit: (row: MetricRow, id: string, rows: ReadonlyMap<string, MetricRow>) => void): void {
    for (const [id, row] of this) visit(row, id, this)
  }
}
