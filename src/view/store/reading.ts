import type { ReaderAhead } from '../ahead/reader-ahead.ts'
import type { ViewDefinition } from '../definition.ts'
import { extractParcel } from '../extract.ts'
import { ItemsBefore } from '../extract/items-before.ts'
import { type ItemReader, createItemReader } from '../extract/read-item.ts'
import { KnownItems } from '../input/json/known-items.ts'
import { knownAgain } from '../input/known-again.ts'
import type { ItemLog } from '../log/item-log.ts'
import type { ParcelExtract } from '../log/parcel-record.ts'
import type { ViewParcel } from './view-parcel.ts'

interface ReadingOptions {
  /** Called now and then. */
  afterBatch: () => Promise<void> | undefined
  /** Finds the items in another thread. */
  ahead?: ReaderAhead | undefined
}

/** Reads parcels one after the other, each with the help of the one before. */
export class Reading {
  readonly #log: ItemLog
  readonly #readItem: ItemReader
  readonly #options: ReadingOptions
  #items: Uint32Array = new Uint32Array(0)
  /** The bytes of the items of the parcel before, unless another thread has them; `undefined`: those are to be loaded. */
  #known: KnownItems | undefined
  /** The same items, as numbers in the log. */
  #before: ItemsBefore | undefined

  constructor(definition: ViewDefinition, log: ItemLog, options: ReadingOptions) {
    this.#log = log
    this.#readItem = createItemReader(definition)
    this.#options = options
  }

  /** The next parcel is the one before, and need not be read. */
  pass({ items }: ParcelExtract): void {
    // The other thread has not read it either: what it knows is of the parcel that it has read last.
    if (this.#options.ahead !== undefined) return
    this.#items = items
    this.#known = this.#before = undefined
  }

  async read(parcel: ViewParcel): Promise<ParcelExtract> {
    const { ahead, afterBatch } = this.#options
    this.#before ??= new ItemsBefore(this.#log, this.#items)
    const found = ahead?.find(parcel) ?? this.#find(parcel)
    const extract = await extractParcel(found, {
      log: this.#log,
      readItem: this.#readItem,
      before: this.#before,
      afterBatch,
    })
    this.#before = this.#before.next()
    this.#known = this.#known?.next()
    return extract
  }

  #find(parcel: ViewParcel): ReturnType<typeof knownAgain> {
    this.#known ??= KnownItems.of(jsonsOf(this.#log, this.#items))
    return knownAgain(parcel.read(this.#known), this.#known)
  }
}

function* jsonsOf(log: ItemLog, items: Uint32Array): Generator<Uint8Array> {
  for (const item of items) yield log.jsonOf(item)
}
