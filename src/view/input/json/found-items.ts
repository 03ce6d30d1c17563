import type { Found } from '../../item.ts'
import type { KnownItems } from './known-items.ts'
import type { Misfit } from './nothing-at.ts'

/** So much is handed out at once, by and large. */
const mostItems = 1000
const mostBytes = 1024 * 1024

/** What a scanner has found in a document and not handed out yet. */
export class FoundItems {
  /** As `itemsAt` says it, of what has come so far. */
  status: 'items' | 'null' | 'missing' = 'missing'
  /** Where the path first led to something else than it says; of interest when it leads nowhere. */
  misfit: Misfit | undefined
  readonly #file: string
  readonly #known: KnownItems | undefined
  #items: Found[] = []
  #bytes = 0
  /** Some of it is a part of a chunk. */
  #isBrief = false

  constructor(file: string, known: KnownItems | undefined) {
    this.#file = file
    this.#known = known
  }

  /** What leads to items is null. @param isInList It is below a list, of which an element that leads to null is one that has no items. */
  sawNull(isInList: boolean): void {
    if (isInList) this.status = 'items'
    else if (this.status === 'missing') this.status = 'null'
  }

  /** Whether it should be taken before more is read: it is much, or a part of the chunk. */
  get isToBeTaken(): boolean {
    return this.#isBrief || this.#bytes > mostBytes || this.#items.length > mostItems
  }

  /** What was found since the last time. Items may be parts of chunks. */
  take(): Found[] {
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    this.#isBrief = false
    return items
  }

  /** @param end Behind the item, in a document that goes on; else -1. */
  add(json: Uint8Array, end: number): void {
    const [known, file] = [this.#known, this.#file]
    if (known?.same(json) === true) {
      this.addRun(end)
      return
    }
    this.#bytes += json.length
    const place = known?.note(json, end)
    const isPart = place === undefined || place === -1
    if (isPart) this.#isBrief = true
    this.#items.push(
      place === undefined ? { json, file } : { json: isPart ? json : known!.found.at(place), file, place },
    )
  }

  /** The items that are known by now. */
  addRun(end: number): void {
    const known = this.#known!
    const { first, count } = known
    this.#items.push({ file: this.#file, first, count, place: known.noteRun(end) })
  }

  addBad(problem: string): void {
    this.#items.push({ problem, file: this.#file })
    this.#known?.break()
  }
}
