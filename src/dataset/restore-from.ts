import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { SealedEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { layoutOf } from '../parcel/layout.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { type Files, walkFiles } from '../system/files.ts'
import { replaceFile, temporaryPath } from '../system/replace-file.ts'
import type { CopiedParcel, CopyManifest } from './copies/manifest.ts'
import type { Context, Problem } from './dataset.ts'
import { sayAlternatives } from './from-target/alternatives.ts'
import { type ParcelChoice, chooseCopies } from './from-target/choose.ts'
import { fetchParcels, syncFolders } from './from-target/fetch.ts'
import { parcelAt, storedParcel } from './from-target/parcel-files.ts'
import { type Place, type PlaceOptions, manifestAt, recordAt, withPlace } from './from-target/place.ts'
import { type History, isEvent, readHistory } from './history.ts'
import { type Restored, checkEmpty, partWarning, withRest } from './restore.ts'
import { type Unpacked, isPacked, unpack } from './unpack.ts'

export interface RestoreFromOptions extends PlaceOptions {
  /** Name of the dataset's folder, there and in the root. */
  name: string
  /** That folder in the root, where there may be nothing any more. */
  folder: string
  parcel: ParcelChoice
  /** A folder that does not exist, or is empty. */
  to: string
  /** As it lies there, instead of decompressing or extracting it. */
  raw: boolean
}

export interface RestoredFrom {
  parcels: Restored[]
  /** Of several: those that could not be restored. */
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
  const { to } = options
  checkEmpty(files, to)
  return withPlace(options, context, async (place) => {
    const manifest = await manifestAt(place, options.name)
    const wanted = chooseCopies(manifest.parcels, options.parcel, options.name, place)
    const isNew = files.info(to) === undefined
    if (isNew) files.makeFolder(to)
    // Only what a killed run has left can be in there.
    for (const { name } of files.list(to)) await files.remove(join(to, name))
    const staging = temporaryPath(join(to, 'restore'))
    try {
      return await restoreAll(place, options, { manifest, wanted, staging })
    } finally {
      await files.remove(staging)
      if (isNew && files.list(to).length === 0) await files.remove(to)
    }
  })
}

interface Plan {
  manifest: CopyManifest
  wanted: readonly CopiedParcel[]
  /** Where things come first. */
  staging: string
}

async function restoreAll(place: Place, options: RestoreFromOptions, plan: Plan): Promise<RestoredFrom> {
  const { context } = place
  const known = await historiesOf(place, options, plan.staging)
  const done: RestoredFrom = { parcels: [], problems: [] }
  for (const copy of plan.wanted) {
    try {
      done.parcels.push(await restoreOne(place, options, plan, known, copy))
    } catch (error) {
      const told = withHint(error, () => sayAlternatives(place, plan.manifest, known[0], copy.id))
      if (plan.wanted.length > 1 && told instanceof UnsiloError && told.code === 'corrupt')
        done.problems.push({ severity: 'error', code: told.code, message: told.message, hint: told.hint })
      else throw done.parcels.length === 0 ? told : withRest(told, options.to, context.signal)
    }
  }
  await syncFolders(context.system.files, options.to)
  return done
}

/** What the ledger here says, and then the one there. */
async function historiesOf(place: Place, { name, folder }: RestoreFromOptions, staging: string): Promise<Known[]> {
  const { files } = place.context.system
  const there = layoutOf(join(staging, 'records'))
  files.makeFolder(there.folder)
  const text = await recordAt(place, `${name}/ledger.ndjson`)
  if (text !== undefined) await replaceFile(files, there.ledger, text)
  return [layoutOf(folder), there].map((layout) => ({
    history: readHistory(files, layout),
    ledger: layout.ledger,
  }))
}

/** A ledger that has been read. */
interface Known {
  history: History
  ledger: string
}

async function restoreOne(
  place: Place,
  { name, to, raw, parcel }: RestoreFromOptions,
  { staging }: Plan,
  known: readonly Known[],
  copy: CopiedParcel,
): Promise<Restored> {
  const { context } = place
  const { files } = context.system
  const sealed = sealedOf(known, copy, place)
  const found = await parcelAt(place, name, copy)
  const folder = join(staging, copy.id)
  files.makeFolder(folder)
  const note = `${copy.id} from ${place.name}`
  const { faults } = await fetchParcels(place, [found], folder, (bytes) =>
    context.onProgress?.({ dataset: name, step: 'restoring', bytes, note }),
  )
  const fault = faults.get(found)
  if (fault !== undefined) throw fault
  const stored = storedParcel(found, join(folder, found.name))
  // Raw copies of all are as in `data/`; else each has a folder of its own.
  const own = parcel === 'all' && !(raw && !stored.isFolder) ? join(to, raw ? found.name : copy.id) : to
  files.makeFolder(own)
  const how = { raw, split: sealed?.split === true }
  const unpacked = isPacked(stored, how)
    ? await unpack(files, stored, own, { ...how, signal: context.signal }).catch((error: unknown) => {
        throw withRest(error, to, context.signal)
      })
    : moveOut(files, stored, own)
  await files.remove(folder)
  const warnings = [...partWarning(sealed), ...unpacked.warnings]
  const { id } = copy
  return { dataset: name, parcel: id, state: 'good', to: own, verified: true, from: place.name, ...unpacked, warnings }
}

/** What a parcel was when it was sealed. @throws UnsiloError `corrupt` when what is there is another one */
function sealedOf(known: readonly Known[], { id, sha256 }: CopiedParcel, place: Place): SealedEvent | undefined {
  for (const { history, ledger } of known) {
    const ended = history.get(id)?.ended
    if (!isEvent(ended, 'sealed')) continue
    const sealed = detailsOf(ended, ledger)
    if (sealed.sha256 === sha256) return sealed
    throw new UnsiloError(
      'corrupt',
      `${id} at ${place.name} is not what was sealed: the hash in ${ledger} is another`,
      {
        hint: 'Look at who can write there.',
      },
    )
  }
  return undefined
}

/** Puts what is there already, and checked, where it belongs. */
function moveOut(files: Files, stored: StoredParcel, to: string): Unpacked {
  if (!stored.isFolder) {
    files.rename(stored.path, join(to, stored.name))
    return { how: 'copied', files: 1, warnings: [] }
  }
  const count = [...walkFiles(files, stored.path)].length
  for (const { name } of files.list(stored.path)) files.rename(join(stored.path, name), join(to, name))
  return { how: 'copied', files: count, warnings: [] }
}

/** Of what is damaged there: what else can be tried. */
function withHint(error: unknown, hint: () => string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'corrupt') return error
  const { code, message } = error
  const said = [error.hint, `Nothing of it was restored. ${hint()}`].filter((part) => part !== undefined)
  return new UnsiloError(code, message, { hint: said.join(' '), cause: error })
}
