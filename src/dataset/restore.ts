import { dirname } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { type ParcelId } from '../parcel/id.ts'
import { faultsIn } from '../parcel/verify.ts'
import type { SealedEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import type { Files, FolderEntry } from '../system/files.ts'
import { isTemporaryName } from '../system/replace-file.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, type ParcelRecord, type SealedParcel, isEvent, isSealedParcel, readHistory } from './history.ts'
import { type LentParcel, withParcel } from './packs/lend.ts'
import { contentsOf } from './parcel-contents.ts'
import { unknownParcel } from './show.ts'
import { type Unpacked, unpack } from './unpack.ts'

export interface RestoreOptions {
  /** The newest good one when it is missing. */
  parcel?: ParcelId | undefined
  /** A folder that does not exist, or is empty. */
  to: string
  /** Copies the parcel as it is, instead of decompressing or extracting it. */
  raw?: boolean
}

export interface Restored extends Unpacked {
  dataset: string
  parcel: ParcelId
  state: 'good' | 'suspect'
  to: string
  /** It was compared with the hashes of its seal; false where it has none. */
  verified: boolean
  /** The target that it came from. */
  from?: string
}

/**
 * Copies a parcel back, after its hashes were checked. Nothing is ever overwritten, and the dataset is only read.
 *
 * @throws UnsiloError `corrupt` when the parcel is not what was sealed; `clash` when there is something in the folder
 */
export async function restoreParcel(dataset: Dataset, context: Context, options: RestoreOptions): Promise<Restored> {
  const { files } = context.system
  const { to, raw = false } = options
  const parcel = chooseParcel(dataset, readHistory(files, dataset.layout), options.parcel)
  const { id, state, ended } = parcel
  const sealed = isEvent(ended, 'sealed') ? detailsOf(ended, dataset.layout.ledger) : undefined
  checkEmpty(files, to)
  const restoreFrom = async ({ stored, dataset: from }: LentParcel): Promise<Unpacked> => {
    await checkWhole(from, context, { ...parcel, stored })
    context.onProgress?.({ dataset: dataset.name, step: 'restoring', note: to })
    if (files.info(to) === undefined) files.makeFolder(to)
    const split = sealed?.split === true
    return unpack(files, stored, to, { raw, split, signal: context.signal }).catch((error: unknown) => {
      throw withRest(error, to, context.signal)
    })
  }
  const unpacked = await withParcel(dataset, context, parcel.stored, restoreFrom)
  const warnings = [...partWarning(sealed), ...unpacked.warnings]
  return { dataset: dataset.name, parcel: id, state, to, verified: sealed !== undefined, ...unpacked, warnings }
}

/** @throws UnsiloError `not-found` */
export function chooseParcel(dataset: Dataset, history: History, wanted: ParcelId | undefined): SealedParcel {
  if (wanted === undefined) {
    if (history.newestGood !== undefined && isSealedParcel(history.newestGood)) return history.newestGood
    throw new UnsiloError('not-found', `${dataset.name} has no good parcel`, {
      hint: `\`unsilo parcels ${dataset.name}\` lists what there is; name a suspect one to restore it all the same.`,
    })
  }
  const parcel = history.get(wanted)
  if (parcel === undefined) throw unknownParcel(dataset, history, wanted)
  if (parcel !== undefined && isSealedParcel(parcel)) return parcel
  throw new UnsiloError('not-found', `${wanted} of ${dataset.name} cannot be restored: it is ${parcel.state}`, {
    hint:
      parcel.state === 'trashed'
        ? `\`unsilo thin ${dataset.name} --undo ${wanted}\` puts it back first.`
        : `\`unsilo parcels ${dataset.name}\` lists those that are there.`,
  })
}

/** @throws UnsiloError `clash`, `not-found` */
export function checkEmpty(files: Files, to: string): void {
  const info = files.info(to)
  if (info === undefined && files.info(dirname(to))?.kind !== 'folder') {
    throw new UnsiloError('not-found', `there is no folder ${dirname(to)} to restore into`, {
      hint: 'Create it, or mount the disk that it lies on.',
    })
  }
  if (info === undefined || (info.kind === 'folder' && files.list(to).every(isLeftover))) return
  throw new UnsiloError(
    'clash',
    `${to} ${info.kind === 'folder' ? 'is not empty' : 'is no folder'}; nothing was touched`,
    {
      hint: 'Name a folder that does not exist, or an empty one.',
    },
  )
}

/** Of a restore from a target that was killed. */
function isLeftover({ name, kind }: FolderEntry): boolean {
  return kind === 'folder' && isTemporaryName(name)
}

/** @throws UnsiloError `corrupt` */
export async function checkWhole(dataset: Dataset, context: Context, parcel: ParcelRecord): Promise<void> {
  context.onProgress?.({ dataset: dataset.name, step: 'restoring', note: `checking ${parcel.id}` })
  const { files } = await contentsOf(dataset, context, parcel)
  // Without a seal, its hashes are those of what lies there now.
  if (!isEvent(parcel.ended, 'sealed')) return
  const faults = await faultsIn(context.system.files, dataset.layout.data, files, context.signal)
  if (faults.length === 0) return
  const named = faults.slice(0, 3).map(({ path, what }) => `${path} is ${what}`)
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : ''
  throw new UnsiloError('corrupt', `${parcel.id} is not what was sealed: ${named.join('; ')}${more}`, {
    hint: 'Nothing was restored. Take another parcel, or the copy of a target.',
  })
}

export function partWarning(sealed: SealedEvent | undefined): string[] {
  return sealed?.holds === 'part' ? ['it holds only what was new then; earlier parcels hold the rest'] : []
}

/** Says that there may be something already of what could not be restored whole. */
export function withRest(error: unknown, to: string, signal: AbortSignal): unknown {
  const known = signal.aborted ? new UnsiloError('cancelled', 'interrupted', { cause: error }) : error
  if (!(known instanceof UnsiloError)) return known
  const rest = `What was restored until then is in ${to}.`
  const hint = known.hint === undefined ? rest : `${known.hint} ${rest}`
  return new UnsiloError(known.code, known.message, { hint, retryable: known.retryable, cause: known })
}
