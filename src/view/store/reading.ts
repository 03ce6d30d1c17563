import type { ViewDefinition } from '../definition.ts'
import { extractParcel } from '../extract.ts'
import { ItemsBefore } from '../extract/items-before.ts'
import { type ItemReader, createItemReader } from '../extract/read-item.ts'
import type { ItemLog } from '../log/item-log.ts'
import type { ParcelExtract } from '../log/parcel-record.ts'
import type { ViewParcel } from './view-parcel.ts'

/** Reads parcels one after the other, each with the help of the one before. */
export class Reading {
  readonly #log: ItemLog
  readonly #readItem: ItemReader
  readonly #afterBatch: () => Promise<void> | undefined
  #items: Uint32Array = new Uint32Array(0)
  /** `undefined`: those are to be loaded. */
  #before: ItemsBefore | undefined

  /** @param afterBatch Called now and then. */
  constructor(definition: ViewDefinition, log: ItemLog, afterBatch: () => Promise<void> | undefined) {
    this.#log = log
    this.#readItem = createItemReader(definition)
    this.#afterBatch = afterBatch
  }

  /** The next parcel is the one before, and need not be read. */
  pass({ items }: ParcelExtract): void {
    this.#items = items
    this.#before = undefined
  }

  async read(parcel: ViewParcel): Promise<ParcelExtract> {
    this.#before ??= ItemsBefore.load(this.#log, this.#items)
    const before = this.#before
    const extract = await extractParcel(parcel.read(before.known), {
      log: this.#log,
      readItem: this.#readItem,
      before,
      afterBatch: this.#afterBatch,
    })
    this.#before = before.next()
    return extract
  }
}
