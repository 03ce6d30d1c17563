import { dirname } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { LedgerEvent, SealedEvent } from '../ledger/event.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import { doubts, recordDoubts } from '../parcel/guard.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { type Manifest } from '../parcel/manifest.ts'
import { type ExportNotes, nothingToNote } from '../source/source.ts'
import { type FinishedParcel, moveIntoData } from '../parcel/staged.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { Context, Dataset } from './dataset.ts'
import { lastLine } from './export-logs.ts'
import { type History, readHistory } from './history.ts'
import { recentParcels } from './recent-parcels.ts'

export interface SealDetails {
  tries?: number
  durationMs?: number
  from?: string
  /** What the source said of it. */
  notes?: Omit<ExportNotes, 'parked'>
}

/** Makes a finished parcel a sealed one, and says so in the ledger, with the doubts that the guards have. */
export async function sealParcel(
  dataset: Dataset,
  context: Context,
  finished: FinishedParcel,
  details: SealDetails,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<SealedEvent> {
  const event = sealedEvent(dataset, context, finished.stored, finished.manifest, details, history)
  await moveIntoData(context.system.files, dataset.layout, finished)
  await appendToLedger(context.system.files, dataset.layout.ledger, context.system.clock.now(), event)
  return event
}

/**
 * Seals something that lies outside the dataset by moving it straight into `data/`: there is no moment at which it is in neither place.
 * @throws UnsiloError with the cause `EXDEV` when it lies on another file system; nothing has changed then
 */
export async function sealMoved(
  dataset: Dataset,
  context: Context,
  finished: FinishedParcel,
  details: SealDetails,
): Promise<SealedEvent> {
  const sealed = await sealParcel(dataset, context, finished, details)
  await context.system.files.sync(dirname(finished.stored.path))
  return sealed
}

/**
 * Writes the ledger line of a parcel that lies in `data/` because a crash came between its move and its line.
 *
 * @param found Why it is suspect, whatever the guards say.
 */
export async function sealRecovered(
  dataset: Dataset,
  context: Context,
  stored: StoredParcel,
  manifest: Manifest,
  notes: ExportNotes,
  history: History,
  found: readonly string[] = [],
): Promise<SealedEvent> {
  const { files, clock } = context.system
  if (manifest.hashList !== undefined)
    await replaceFile(files, logsOf(dataset.layout, stored.id).hashes, manifest.hashList)
  const sealed = sealedEvent(dataset, context, stored, manifest, { notes }, history, found)
  const event: SealedEvent = { ...sealed, recovered: true }
  await appendToLedger(files, dataset.layout.ledger, clock.now(), event)
  return event
}

function sealedEvent(
  dataset: Dataset,
  context: Context,
  stored: StoredParcel,
  manifest: Manifest,
  details: SealDetails,
  history: History,
  found: readonly string[] = [],
): SealedEvent {
  const { hashList: _, ...facts } = manifest
  const { notes = nothingToNote, ...others } = details
  const recent = recentParcels(dataset, context, stored, history)
  const { guard } = dataset.config
  // A part may be of any size: it depends on how much was new.
  const sizes = notes.holds === 'part' ? [] : recent.filter(({ holds }) => holds !== 'part')
  const reasons = [
    ...found,
    ...notes.incomplete,
    ...doubts(manifest, sizes, guard),
    ...recordDoubts(notes.records ?? {}, recent, guard),
  ]
  const state = reasons.length === 0 ? 'good' : 'suspect'
  return {
    event: 'sealed',
    parcel: stored.id,
    state,
    name: stored.name,
    ...facts,
    ...others,
    ...(notes.holds === 'part' ? { holds: 'part' as const } : {}),
    ...(Object.keys(notes.records ?? {}).length === 0 ? {} : { records: notes.records! }),
    ...(Object.keys(notes.newest ?? {}).length === 0 ? {} : { newest: notes.newest! }),
    ...(reasons.length === 0 ? {} : { doubts: reasons }),
    ...(notes.incomplete.length === 0 ? {} : { incomplete: notes.incomplete }),
    ...(notes.warnings.length === 0 ? {} : { warnings: notes.warnings }),
    ...(notes.mounts === undefined ? {} : { mounts: notes.mounts }),
    ...(notes.split === undefined ? {} : { split: notes.split }),
  }
}

export type FailedEvent = Extract<LedgerEvent, { event: 'failed' }>

/** Says in the ledger why an attempt came to nothing. */
export async function recordFailure(
  dataset: Dataset,
  context: Context,
  id: ParcelId,
  error: UnsiloError,
  details: { tries: number; durationMs: number },
): Promise<FailedEvent> {
  const hint = [error.hint, logHint(dataset, context, id)].filter((part) => part !== undefined).join(' ')
  const event: FailedEvent = {
    event: 'failed',
    parcel: id,
    code: error.code,
    reason: error.message,
    ...(hint === '' ? {} : { hint }),
    ...details,
  }
  await appendToLedger(context.system.files, dataset.layout.ledger, context.system.clock.now(), event)
  return event
}

/** Where to read what the command printed, if it printed anything. */
function logHint(dataset: Dataset, context: Context, id: ParcelId): string | undefined {
  const { out, err } = logsOf(dataset.layout, id)
  const hasPrinted = [out, err].some((path) => lastLine(context.system.files, path) !== '')
  return hasPrinted ? `\`unsilo log ${dataset.name} ${id}\` shows what it printed.` : undefined
}
