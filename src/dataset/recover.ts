import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { readMetricsIfWhole } from '../metric/metrics-file.ts'
import type { ParcelId } from '../parcel/id.ts'
import { inspectParcel } from '../parcel/manifest.ts'
import type { Files } from '../system/files.ts'
import { isTemporaryName } from '../system/replace-file.ts'
import { continuable } from './continue.ts'
import type { Context, Dataset } from './dataset.ts'
import { footerOf } from './footer.ts'
import { type History, type ParcelRecord, isEvent, readHistory } from './history.ts'
import { recoveredNotes } from './recovered-notes.ts'
import { recordFailure, sealRecovered } from './seal.ts'

/** What a killed run has left half done. */
export interface Leftovers {
  /** Begun, neither sealed nor failed in the ledger, and not to be continued. */
  unended: ParcelRecord[]
  /** Ended, without their row in `metrics.csv`. */
  unmeasured: ParcelId[]
  temporary: string[]
}

export function findLeftovers(dataset: Dataset, context: Context, history: History): Leftovers {
  const { files } = context.system
  const { layout } = dataset
  const goesOn = continuable(dataset, context, history)?.parcel
  const unended = history.parcels.filter(
    (parcel) => parcel.started !== undefined && parcel.ended === undefined && parcel !== goesOn,
  )
  const rows = readMetricsIfWhole(files, layout.metrics)?.rows
  const unmeasured = history.parcels
    .filter(
      ({ ended, pruned, state }) =>
        ended !== undefined && !pruned && !['gone', 'skipped', 'trashed', 'thinned', 'unreadable'].includes(state),
    )
    .filter(({ id }) => rows !== undefined && !rows.has(id))
    .map(({ id }) => id)
  return { unended, unmeasured, temporary: temporaryFiles(files, layout.folder) }
}

function temporaryFiles(files: Files, folder: string): string[] {
  const names = files.list(folder).map(({ name }) => name)
  return names.filter(isTemporaryName).map((name) => join(folder, name))
}

export function hasLeftovers(leftovers: Leftovers): boolean {
  return leftovers.unended.length > 0 || leftovers.unmeasured.length > 0 || leftovers.temporary.length > 0
}

/**
 * Ends what a killed run has left half done; the caller holds the lock, so nothing of it is still at work.
 *
 * @returns Parcels to be measured.
 */
export async function recover(
  dataset: Dataset,
  context: Context,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<ParcelId[]> {
  const { files } = context.system
  const leftovers = findLeftovers(dataset, context, history)
  // A folder of thousands of logs is worth a look only now that something has gone wrong.
  const isCrash = hasLeftovers(leftovers)
  const inLog = isCrash ? temporaryFiles(files, dataset.layout.log) : []
  for (const path of [...leftovers.temporary, ...inLog]) await files.remove(path)
  for (const parcel of leftovers.unended) await endParcel(dataset, context, parcel, history)
  return [...leftovers.unended.map(({ id }) => id), ...leftovers.unmeasured].sort()
}

async function endParcel(dataset: Dataset, context: Context, parcel: ParcelRecord, history: History): Promise<void> {
  const { files } = context.system
  if (parcel.state === 'good' && parcel.stored !== undefined) {
    // The move into data/ came after everything was checked and durable; only its line is missing.
    await files.sync(dataset.layout.data)
    const options = { isFooter: footerOf(dataset), signal: context.signal }
    const manifest = await inspectParcel(files, parcel.stored, options)
    const notes = recoveredNotes(dataset, files, parcel.id, parcel.stored.path)
    await sealRecovered(dataset, context, parcel.stored, manifest, notes, history)
    return
  }
  const why = isEvent(parcel.parked, 'parked')
    ? `the export was broken off, and no run went on with it in time: ${detailsOf(parcel.parked, dataset.layout.ledger).reason}`
    : 'unsilo was killed, or the machine stopped, before the export ended'
  const killed = new UnsiloError('cancelled', why, { hint: 'Nothing is needed: the next run exports again.' })
  await recordFailure(dataset, context, parcel.id, killed, { tries: 1, durationMs: 0 })
}
