const idLength = 18

/**
 * Finds ids in a text among those that are expected there. A ledger tells of parcels in the order of their ids, and what is the
 * same text in memory is compared ten times as fast.
 */
export class KnownIds {
  readonly #ids: readonly string[]
  /** Of those, the last that was found or passed over. */
  #last = -1
  /** What was found last, expected or not. */
  #found = ''

  /** @param ids Oldest first. */
  constructor(ids: readonly string[]) {
    this.#ids = ids
  }

  /** The id that stands at `at`. @param isNew Whether it is likely to be another one than the last. */
  idAt(text: string, at: number, isNew: boolean): string {
    if (!isNew && this.#found !== '' && text.startsWith(this.#found, at)) return this.#found
    const next = this.#ids[this.#last + 1]
    if (next !== undefined && text.startsWith(next, at)) {
      this.#last += 1
      this.#found = next
    } else this.#found = this.#search(text.slice(at, at + idLength))
    return this.#found
  }

  #search(id: string): string {
    const ids = this.#ids
    // Those before it are not looked for any more.
    let next = this.#last + 1
    while (next < ids.length && ids[next]! < id) next += 1
    const isExpected = ids[next] === id
    this.#last = isExpected ? next : next - 1
    return isExpected ? ids[next]! : id
  }
}
