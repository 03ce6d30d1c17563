import { EqualItems } from './extract/equal-items.ts'
import type { ItemReader } from './extract/read-item.ts'
import type { ItemsBefore } from './extract/items-before.ts'
import type { BadItem, Found, FoundItem, FoundRun } from './item.ts'
import type { ItemLog } from './log/item-log.ts'
import type { Bounds, ParcelExtract } from './log/parcel-record.ts'

/** Items one by one, or several at a time: to wait for each one costs more than to compare it. */
export type ItemSource = AsyncIterable<Found | readonly Found[]> | Iterable<Found | readonly Found[]>

export interface ExtractContext {
  log: ItemLog
  readItem: ItemReader
  /** Those of the parcel before. */
  before?: ItemsBefore | undefined
  /** Called now and then, when items may have been added to the log. */
  afterBatch?: () => Promise<void> | undefined
}

/** In a list of items: there was one whose key came again. */
const replaced = 0xffff_ffff

/**
 * Takes the items of one parcel into the log. An item with the very bytes of one of the parcel before is not parsed: it is that
 * one. So `before` makes no difference but in speed and in the numbers of items. It is told what was found, for the parcel behind.
 */
export async function extractParcel(
  items: ItemSource,
  { log, readItem, before, afterBatch }: ExtractContext,
): Promise<ParcelExtract> {
  const list = new PlacedItems(log)
  const equals = readItem.isByHash ? new EqualItems(log, readItem, before) : undefined
  const errors: BadItem[] = []
  let held: BadItem['held']
  let place = 0
  const takeItem = (found: FoundItem, known: number | undefined): void => {
    place++
    const { parents } = found
    let item: number
    if (known !== undefined && (parents === undefined || isOf(parents, log.keyOf(known)))) {
      item = equals?.known(found, known) ?? known
    } else {
      const read = readItem(found.json, parents, found.isText)
      if ('problem' in read) {
        errors.push({ ...read, file: found.file, path: `item ${place}` })
        before?.noteUnread(found)
        return
      }
      item = equals?.add(found, read) ?? log.addItem(read)
    }
    list.add(item)
    before?.note(found, item)
  }
  const takeRun = (run: FoundRun): void => {
    const isPlain = equals === undefined && run.parents === undefined
    const numbers = isPlain ? before!.numbersOf(run) : undefined
    if (numbers === undefined) {
      for (let index = 0; index < run.count; index++) {
        const { found, known } = before!.itemOf(run, index)
        takeItem(found, known)
      }
      return
    }
    for (const item of numbers) list.add(item)
    before!.noteRun(run.place, numbers)
    place += run.count
  }
  const take = (found: Found): void => {
    if ('problem' in found) {
      if (found.held === undefined) errors.push(found)
      else held = found.held
    } else if ('count' in found) takeRun(found)
    else takeItem(found, undefined)
  }
  for await (const found of items) {
    if (isBatch(found)) for (const one of found) take(one)
    else take(found)
    const waiting = afterBatch?.()
    if (waiting !== undefined) await waiting
  }
  const numbers = list.end()
  const summary = summaryOf(log, numbers)
  return { items: numbers, duplicates: list.duplicates, errors, ...(held && { held }), ...summary }
}

/** Whether a key begins with these. */
function isOf(parents: readonly string[], key: string): boolean {
  return key.startsWith(JSON.stringify(parents).replace(/]$/, ','))
}

function isBatch(found: Found | readonly Found[]): found is readonly Found[] {
  return Array.isArray(found)
}

/** The items of a parcel, each key once. */
class PlacedItems {
  duplicates = 0
  readonly #log: ItemLog
  #items = new Uint32Array(1024)
  #size = 0

  constructor(log: ItemLog) {
    this.#log = log
  }

  /** An item whose key comes again goes to the end. */
  add(item: number): void {
    const { places, table } = this.#log
    const key = table.keyOf(item)
    const place = places.get(key)
    if (place !== 0) {
      this.#items[place - 1] = replaced
      this.duplicates++
    }
    if (this.#size === this.#items.length) {
      const larger = new Uint32Array(this.#size * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.#size++] = item
    places.set(key, this.#size)
  }

  end(): Uint32Array {
    const all = this.#items.subarray(0, this.#size)
    const items = this.duplicates === 0 ? all.slice() : all.filter((item) => item !== replaced)
    for (const item of items) this.#log.places.set(this.#log.table.keyOf(item), 0)
    return items
  }
}

/** What an extract says of its items together. */
function summaryOf(log: ItemLog, items: Uint32Array): Pick<ParcelExtract, 'bounds' | 'shapes'> {
  const shapes = new Set<number>()
  let last = -1
  for (const item of items) {
    const shape = log.table.shapeOf(item)
    if (shape !== last) shapes.add(shape)
    last = shape
  }
  return { bounds: boundsOf(log, items), shapes: [...shapes].sort((a, b) => a - b) }
}

/** Values of another kind than the first one cannot be compared with it. */
function boundsOf(log: ItemLog, items: Uint32Array): Bounds | undefined {
  const { table } = log
  let [low, high] = [-1, -1]
  for (const item of items) {
    const kind = table.orderKindOf(item)
    if (kind === undefined) continue
    if (low === -1) low = high = item
    else if (kind === table.orderKindOf(low)) {
      const value = table.orderValueOf(item)
      if (value < table.orderValueOf(low)) low = item
      if (value > table.orderValueOf(high)) high = item
    }
  }
  return low === -1 ? undefined : { low: log.orderOf(low)!, high: log.orderOf(high)! }
}
