import { join } from 'node:path'
import type { StoredParcel } from '../../parcel/store.ts'
import type { Context, Dataset } from '../dataset.ts'
import { extractParcel } from './extract.ts'
import { type PackReader, asDamaged, openPackReader } from './read-pack.ts'
import { type Shelf, openShelf } from './shelf.ts'

/** A parcel as a file or folder that can be read. */
export interface LentParcel {
  stored: StoredParcel
  /** The dataset as if the parcel lay in its `data/`. For reading only. */
  dataset: Dataset
  /** To be called when it is not needed any more; a copy of it goes then. */
  release(): Promise<void>
}

/** Hands out parcels to be read, wherever they are. */
export interface ParcelLender {
  /**
   * One that lies in `data/` is handed out as it is; of one in a pack, a copy on the same disk. A pack is decompressed once, as long
   * as its parcels are asked for oldest first.
   *
   * @throws UnsiloError `corrupt` when the pack is damaged
   */
  borrow(stored: StoredParcel): Promise<LentParcel>
  /** Does something with a parcel, and gives it back. */
  use<T>(stored: StoredParcel, action: (lent: LentParcel) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function openLender(dataset: Dataset, { system, signal }: Context): ParcelLender {
  const { files } = system
  let shelf: Promise<Shelf> | undefined
  let reader: { path: string; reader: PackReader } | undefined
  let count = 0
  /** A pack is read by one at a time, in the order of asking. */
  let before: Promise<unknown> = Promise.resolve()

  const readerOf = async ({ pack }: NonNullable<StoredParcel['packed']>): Promise<PackReader> => {
    if (reader?.path !== pack.path) {
      await reader?.reader.close()
      reader = { path: pack.path, reader: openPackReader(files, { ...pack, index: pack.index! }, signal) }
    }
    return reader.reader
  }

  const copyOf = async (stored: StoredParcel, packed: NonNullable<StoredParcel['packed']>): Promise<LentParcel> => {
    shelf ??= openShelf(files, dataset.layout)
    const folder = join((await shelf).folder, String((count += 1)))
    const release = (): Promise<void> => files.remove(folder)
    try {
      await extractParcel((await readerOf(packed)).entries(packed.parcel), folder, signal)
    } catch (error) {
      await release().catch(() => undefined)
      throw asDamaged(error, packed.pack.path, signal)
    }
    const { packed: _, ...alone } = stored
    return {
      stored: { ...alone, path: join(folder, stored.name) },
      dataset: { ...dataset, layout: { ...dataset.layout, data: folder } },
      release,
    }
  }

  const lender: ParcelLender = {
    async borrow(stored) {
      const { packed } = stored
      if (packed === undefined) return { stored, dataset, release: () => Promise.resolve() }
      const turn = before.then(() => copyOf(stored, packed))
      before = turn.catch(() => undefined)
      return turn
    },
    async use(stored, action) {
      const lent = await lender.borrow(stored)
      try {
        return await action(lent)
      } finally {
        await lent.release()
      }
    },
    async close() {
      await before
      await reader?.reader.close()
      reader = undefined
      await (await shelf)?.close()
      shelf = undefined
    },
  }
  return lender
}

/** In the order that costs least: those that lie in `data/` as they come, then those in packs, oldest first. */
export function packedLast<T>(some: readonly T[], storedOf: (one: T) => StoredParcel): T[] {
  const isPacked = (one: T): boolean => storedOf(one).packed !== undefined
  const inPacks = some.filter(isPacked).sort((a, b) => (storedOf(a).id < storedOf(b).id ? -1 : 1))
  return [...some.filter((one) => !isPacked(one)), ...inPacks]
}

/** False when a parcel was packed or unpacked since, or its pack written anew. */
export function isWhereItWas(before: StoredParcel, now: StoredParcel | undefined): boolean {
  const [then, later] = [before.packed?.pack, now?.packed?.pack]
  return then?.path === later?.path && then?.bytes === later?.bytes
}

/** Reads one parcel, wherever it is. */
export async function withParcel<T>(
  dataset: Dataset,
  context: Context,
  stored: StoredParcel,
  action: (lent: LentParcel) => Promise<T>,
): Promise<T> {
  const lender = openLender(dataset, context)
  try {
    return await lender.use(stored, action)
  } finally {
    await lender.close()
  }
}
