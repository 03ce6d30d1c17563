const idLength = 18

/**
 * Finds ids in a text among those that are expected there. A ledger tells of parcels in the order of their ids, and what is the
 * same text in memory is compared ten times as fast.
 */
export class KnownIds {
  readonly #ids: readonly string[]
  /** Where the last was found. */
  #last = -1

  /** @param ids Oldest first. */
  constructor(ids: readonly string[]) {
    this.#ids = ids
  }

  /** The id that stands at `at`. @param isNew Whether it is likely to be another one than the last. */
  idAt(text: string, at: number, isNew: boolean): string {
    const ids = this.#ids
    const last = ids[this.#last]
    if (!isNew && last !== undefined && text.startsWith(last, at)) return last
    const next = ids[this.#last + 1]
    if (next !== undefined && text.startsWith(next, at)) {
      this.#last += 1
      return next
    }
    return this.#search(text.slice(at, at + idLength))
  }

  #search(id: string): string {
    const ids = this.#ids
    // Those before it will not be asked for any more.
    let next = this.#last + 1
    while (next < ids.length && ids[next]! < id) next += 1
    const found = ids[next]
    this.#last = found === id ? next : next - 1
    return this.#last >= 0 && ids[this.#last] === id ? ids[this.#last]! : id
  }
}
