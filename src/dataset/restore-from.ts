import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { detailsOf } from '../ledger/ledger.ts'
import type { SealedEvent } from '../ledger/entry.ts'
import type { ParcelId } from '../parcel/id.ts'
import { type Layout, layoutOf } from '../parcel/layout.ts'
import { replaceFile, temporaryPath } from '../system/replace-file.ts'
import { acknowledgements, hasCopy } from './acknowledgements.ts'
import type { CopiedParcel } from './copies/manifest.ts'
import type { Context, Problem } from './dataset.ts'
import { fetchParcels } from './from-target/fetch.ts'
import { type ParcelThere, parcelAt, storedParcel } from './from-target/parcel-files.ts'
import { type Place, type PlaceOptions, manifestAt, recordAt, withPlace } from './from-target/place.ts'
import { type History, isEvent, readHistory } from './history.ts'
import { type Restored, checkEmpty, partWarning, withRest } from './restore.ts'
import { isUnpacked, unpack } from './unpack.ts'

export interface RestoreFromOptions extends PlaceOptions {
  /** Of the dataset, there and in the root. */
  name: string
  /** Its folder in the root, where there may be nothing any more. */
  folder: string
  parcel: ParcelId | 'latest' | 'all'
  /** A folder that does not exist, or is empty. */
  to: string
  /** As it lies there, instead of decompressing or extracting it. */
  raw: boolean
}

export interface RestoredFrom {
  parcels: Restored[]
  /** Parcels that could not be restored, of several. */
  problems: Problem[]
}

/**
 * Brings parcels of a dataset back from a target, whether or not the dataset is here any more. They come into a folder of their own
 * inside of `to`, and out of it only once their hashes were checked. Of several, one that is damaged there does not stop the others.
 *
 * @throws UnsiloError `corrupt` when the one parcel is not what was published; `not-found`, `clash`, and those of the target
 */
export async function restoreFrom(options: RestoreFromOptions, context: Context): Promise<RestoredFrom> {
  const { files } = context.system
  const { to, name } = options
  checkEmpty(files, to)
  return withPlace(options, context, async (place) => {
    const isNew = files.info(to) === undefined
    const wanted = choose(await manifestAt(place, name), options, place)
    if (isNew) files.makeFolder(to)
    for (const leftover of files.list(to)) await files.remove(join(to, leftover.name))
    const staging = temporaryPath(join(to, 'restore'))
    const done: RestoredFrom = { parcels: [], problems: [] }
    try {
      files.makeFolder(staging)
      const known = await knownOf(place, options, staging)
      for (const copy of wanted) {
        const restored = await restoreOne({ place, options, staging, known }, copy).catch((error: unknown) => {
          throw withAlternatives(error, copy, place, options, known)
        })
        done.parcels.push(restored)
        if (options.parcel === 'all') context.onProgress?.({ dataset: name, step: 'restoring', note: copy.id })
      }
    } catch (error) {
      if (done.parcels.length === 0) throw error
      throw withRest(error, to, context.signal)
    } finally {
      await files.remove(staging)
      if (isNew && files.list(to).length === 0) await files.remove(to)
    }
    await files.sync(to)
    return done
  })
}
