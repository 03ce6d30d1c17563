import { join } from 'node:path'
import { decompressFiles } from '../../codec/zstd.ts'
import type { StoredParcel } from '../../parcel/store.ts'
import { hasOwnZstd } from '../../system/machine.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type LentParcel, type ParcelLender, openLender } from '../packs/lend.ts'
import { type Shelf, openShelf } from '../packs/shelf.ts'

/** So many parcels are decompressed together, at most; compressed, they have so many bytes. */
const [mostParcels, mostBytes] = [32, 4_000_000]
const ending = '.zst'

/** What views need of a lender. */
export type ViewLender = Pick<ParcelLender, 'borrow' | 'close'>

/** Parcels that one program decompresses, by their places. */
interface Batch {
  from: number
  to: number
  folder: string
  /** Whether all of them are there. */
  isWhole: Promise<boolean>
  /** So many of them are being read. */
  lent: number
}

/**
 * Hands out parcels as `openLender` does, and small files of zstd decompressed: while some are read, the program decompresses those
 * behind them. To start it for each one takes several times as long as to read what it gives; a Node.js that has zstd of its own
 * need not start it.
 *
 * @param parcels In the order in which most will be asked for.
 */
export function openLenderAhead(dataset: Dataset, context: Context, parcels: readonly StoredParcel[]): ViewLender {
  const lender = openLender(dataset, context)
  return hasOwnZstd() ? lender : new LenderAhead(lender, dataset, context, parcels)
}

class LenderAhead implements ViewLender {
  readonly #lender: ParcelLender
  readonly #dataset: Dataset
  readonly #context: Context
  readonly #parcels: readonly StoredParcel[]
  /** Made when it is needed first. */
  #places: ReadonlyMap<string, number> | undefined
  #shelf: Promise<Shelf> | undefined
  /** The one that is being read, and the one behind it. */
  #batches: Batch[] = []
  #last = -1
  /** So many were asked for one right behind the other: who asks for one alone needs no others. */
  #streak = 0

  constructor(lender: ParcelLender, dataset: Dataset, context: Context, parcels: readonly StoredParcel[]) {
    this.#lender = lender
    this.#dataset = dataset
    this.#context = context
    this.#parcels = parcels
  }

  async borrow(stored: StoredParcel): Promise<LentParcel> {
    this.#places ??= new Map(this.#parcels.map(({ id }, place) => [id, place]))
    const place = this.#places.get(stored.id) ?? -1
    this.#streak = place === this.#last + 1 ? this.#streak + 1 : 0
    this.#last = place
    await this.#forget(place)
    const batch = this.#batches.find(({ from, to }) => place >= from && place < to)
    const isThere = batch !== undefined && (await batch.isWhole)
    if (this.#streak > 0 && this.#batches.filter(({ to }) => to > place).length < 2)
      // Those that are still lent may be older.
      await this.#start(Math.max(place + 1, this.#batches.at(-1)?.to ?? 0))
    if (!isThere) return this.#lender.borrow(stored)
    batch.lent++
    const path = join(batch.folder, stored.name.slice(0, -ending.length))
    const extension = stored.extension.slice(0, -ending.length)
    return {
      stored: { ...stored, path, extension },
      dataset: this.#dataset,
      release: async () => {
        batch.lent--
        await this.#context.system.files.remove(path)
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#batches.map(({ isWhole }) => isWhole))
    await (await this.#shelf)?.close()
    await this.#lender.close()
  }

  /** Removes what was read, and what does not come next any more. */
  async #forget(place: number): Promise<void> {
    const passed = this.#batches.filter(({ to, lent }) => lent === 0 && (this.#streak === 0 || to <= place))
    this.#batches = this.#batches.filter((batch) => !passed.includes(batch))
    for (const { isWhole, folder } of passed) {
      await isWhole
      await this.#context.system.files.remove(folder)
    }
  }

  async #start(from: number): Promise<void> {
    const { system, signal } = this.#context
    const most = Math.min(mostParcels, 2 ** this.#streak)
    let to = from
    for (let bytes = 0; to < from + most && to < this.#parcels.length; to++) {
      bytes += this.#bytesOf(this.#parcels[to]!)
      if (bytes > mostBytes) break
    }
    if (to === from) return
    this.#shelf ??= openShelf(system.files, this.#dataset.layout)
    const folder = join((await this.#shelf).folder, String(from))
    system.files.makeFolder(folder)
    const paths = this.#parcels.slice(from, to).map(({ path }) => path)
    this.#batches.push({ from, to, folder, isWhole: decompressFiles(paths, folder, signal), lent: 0 })
  }

  /** Infinity of what is none of those files. */
  #bytesOf({ path, name, extension, isFolder, packed }: StoredParcel): number {
    const isFile = !isFolder && packed === undefined && name.endsWith(ending) && extension.length > ending.length
    const info = isFile ? this.#context.system.files.info(path) : undefined
    return info?.kind === 'file' ? info.sizeBytes : Infinity
  }
}
