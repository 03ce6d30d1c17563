import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { ParkedEvent, SealedEvent, SkippedEvent } from '../ledger/event.ts'
import { appendToLedger, detailsOf } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { type FinishedParcel, type StagedParcel, stageParcel } from '../parcel/staged.ts'
import { withRetries } from '../source/retry.ts'
import type { EarlierParcel, ExportContext, ExportLogs, ExportNotes, Skipped, Source } from '../source/source.ts'
import { sayDuration } from '../system/duration.ts'
import { diskSpace } from '../system/machine.ts'
import { saySize } from '../system/size.ts'
import { continuable } from './continue.ts'
import type { Context, Dataset } from './dataset.ts'
import { openExportLogs, ownLinePrefix } from './export-logs.ts'
import { footerOf } from './footer.ts'
import { type History, type ParcelRecord, isEvent, readHistory, sealedParcels } from './history.ts'
import { newParcelId, resumeParcel, startParcel } from './new-parcel.ts'
import { type FailedEvent, recordFailure, sealParcel } from './seal.ts'

/** How an export ended. */
export type ExportEnd = SealedEvent | FailedEvent | ParkedEvent | SkippedEvent

/** How often progress is told while a program writes files, in ms. */
const progressEveryMs = 500

/**
 * Makes one parcel now: stages it, exports, checks, seals, and says in the ledger what came of it. The caller holds the lock.
 *
 * One that was broken off lately goes on where it was, if its source can do that.
 *
 * @returns The ledger line that tells the end: `sealed`, `failed`, `parked` or `skipped`.
 * @throws UnsiloError when the disk fails under unsilo itself
 */
export async function exportParcel(
  dataset: Dataset,
  context: Context,
  source: Source,
  wantedId?: ParcelId,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<ExportEnd> {
  const { files } = context.system
  const left = source.resumes && wantedId === undefined ? continuable(dataset, context, history) : undefined
  const id = left?.parcel.id ?? (await newParcelId(dataset, context, wantedId, history))
  const beganAt = context.system.clock.now().getTime()
  const durationMs = (): number => Math.max(0, context.system.clock.now().getTime() - beganAt)
  if (left === undefined) await startParcel(dataset, context, id, { by: 'export' })
  else await resumeParcel(dataset, context, id)
  const { compress, guard } = dataset.config
  const staged = stageParcel(files, dataset.layout, id, {
    compress,
    require: guard.require,
    isFooter: footerOf(dataset),
    signal: context.signal,
  })
  const logs = await openExportLogs(files, logsOf(dataset.layout, id))
  let tries = 0
  // What was exported whole stays, whatever happens to it then; what a source can go on with stays, too.
  let isKept = source.resumes
  try {
    const exported = await withProgress(dataset, context, staged, () =>
      exportWithRetries(dataset, context, source, staged, logs, history, (attempt) => {
        tries = attempt
      }),
    )
    if ('parked' in exported) return await park(dataset, context, id, exported.parked)
    if ('skipped' in exported) return await skip(dataset, context, id, exported.skipped)
    const { finished, notes } = exported
    isKept = true
    context.onProgress?.({ dataset: dataset.name, step: 'sealing', bytes: finished.manifest.bytes })
    return await sealParcel(dataset, context, finished, { tries, durationMs: durationMs(), notes }, history)
  } catch (error) {
    const failure = context.signal.aborted ? new UnsiloError('cancelled', 'interrupted', { cause: error }) : error
    if (!(failure instanceof UnsiloError)) throw failure
    const full = isKept ? undefined : fullDisk(dataset, failure)
    const told = full === undefined ? failure : await makeRoom(staged, full)
    return await recordFailure(dataset, context, id, told, { tries, durationMs: durationMs() })
  } finally {
    await logs.close()
  }
}

/** With less left, even the records of the dataset may not fit. */
const leastFreeBytes = 64 * 1024

/** That the disk is full, when that is why it failed: a command says so in words of its own. */
function fullDisk({ layout }: Dataset, error: UnsiloError): UnsiloError | undefined {
  if (error.code === 'no-space') return error
  if (error.code === 'cancelled') return undefined
  try {
    const { freeBytes, sizeBytes } = diskSpace(layout.incomplete)
    // Some file systems say 0 of everything.
    if (sizeBytes === 0 || freeBytes >= leastFreeBytes) return undefined
  } catch (unknown) {
    expectUnsiloError(unknown)
    return undefined
  }
  const hint = 'Free some space on that disk, then run again.'
  return new UnsiloError('no-space', `${error.message}; the disk is full`, { hint, cause: error })
}

/**
 * Removes what came of an export that the disk had no room for: left there, it would keep the next one, and all else on that disk,
 * from working.
 */
async function makeRoom(staged: StagedParcel, error: UnsiloError): Promise<UnsiloError> {
  const bytes = staged.bytesStored()
  await staged.clear()
  if (bytes === 0) return error
  const { code, message, hint } = error
  const said = `What had come of it, ${saySize(bytes)}, was removed to make room.`
  return new UnsiloError(code, message, { hint: hint === undefined ? said : `${hint} ${said}`, cause: error })
}

type Exported =
  | { finished: FinishedParcel; notes: ExportNotes }
  | { parked: NonNullable<ExportNotes['parked']> }
  | { skipped: Skipped }

/** Every try begins with nothing, so the outputs of two tries never mix; but for a source that goes on where it was. */
function exportWithRetries(
  dataset: Dataset,
  context: Context,
  source: Source,
  staged: StagedParcel,
  logs: ExportLogs,
  history: History,
  onTry: (attempt: number) => void,
): Promise<Exported> {
  const tries = dataset.config.retries
  const earlier = earlierParcels(dataset, history)
  const mounts = lastMounts(dataset, history)
  return withRetries(
    context.system,
    {
      tries,
      signal: context.signal,
      async onFailure(error, failures, waitMs) {
        const note = `try ${failures} of ${tries} failed (${error.message}); next in ${sayDuration(waitMs)}`
        context.onProgress?.({ dataset: dataset.name, step: 'retrying', note })
        await logs.err.write(`${ownLinePrefix}${note}\n`)
      },
    },
    async (attempt) => {
      onTry(attempt)
      if (!source.resumes) await staged.clear()
      const notes = await source.export(staged, {
        parcelId: staged.id,
        datasetPath: dataset.layout.folder,
        logs,
        signal: context.signal,
        earlier,
        mounts,
      })
      if (notes.parked !== undefined) return { parked: notes.parked }
      if (notes.skipped !== undefined) {
        await staged.clear()
        return { skipped: notes.skipped }
      }
      const finished = await staged.finish().catch((error: unknown) => {
        throw withComplaint(error, logs)
      })
      return { finished, notes }
    },
  )
}

/** Those that the next export may build on, newest first: good ones, and those whose only fault is that something is missing. */
function earlierParcels(dataset: Dataset, history: History): EarlierParcel[] {
  const { ledger } = dataset.layout
  const isOnlyIncomplete = (parcel: ParcelRecord): boolean => {
    if (!isEvent(parcel.ended, 'sealed')) return false
    const { doubts, incomplete } = detailsOf(parcel.ended, ledger)
    return incomplete !== undefined && incomplete.length === doubts?.length
  }
  return (
    sealedParcels(history)
      .filter((parcel) => parcel.state === 'good' || isOnlyIncomplete(parcel))
      // One in a pack has no folder that a source could read; the newest good one never is in a pack.
      .filter(({ stored }) => stored.packed === undefined)
      .map(({ id, stored }) => ({ id, path: stored.path }))
      .reverse()
  )
}

/** Those of the newest good parcel that tells any; one that was ingested, or recovered after a crash, tells none. */
function lastMounts(dataset: Dataset, history: History): ExportContext['mounts'] {
  const told = history.parcels.findLast(
    ({ state, ended }) => state === 'good' && isEvent(ended, 'sealed') && ended.line.includes('"mounts":'),
  )?.ended
  return isEvent(told, 'sealed') ? detailsOf(told, dataset.layout.ledger).mounts : undefined
}

/** Says in the ledger that the export was broken off, so that the next run goes on with it. */
async function park(
  dataset: Dataset,
  context: Context,
  id: ParcelId,
  { code, because, until }: NonNullable<ExportNotes['parked']>,
): Promise<ParkedEvent> {
  const event: ParkedEvent = {
    event: 'parked',
    parcel: id,
    code,
    reason: because,
    ...(until === undefined ? {} : { until: until.toISOString() }),
  }
  await appendToLedger(context.system.files, dataset.layout.ledger, context.system.clock.now(), event)
  return event
}

/** Says in the ledger that there was nothing to export. The logs go: attempts of this kind may be many. */
async function skip(
  dataset: Dataset,
  context: Context,
  id: ParcelId,
  { because, nothingNew }: Skipped,
): Promise<SkippedEvent> {
  const { files, clock } = context.system
  const event: SkippedEvent = {
    event: 'skipped',
    parcel: id,
    reason: because,
    ...(nothingNew ? { nothingNew: true as const } : {}),
  }
  await appendToLedger(files, dataset.layout.ledger, clock.now(), event)
  for (const log of Object.values(logsOf(dataset.layout, id))) await files.remove(log)
  return event
}

async function withProgress<T>(
  dataset: Dataset,
  context: Context,
  staged: StagedParcel,
  action: () => Promise<T>,
): Promise<T> {
  const { onProgress } = context
  if (onProgress === undefined) return action()
  const tell = (): void => onProgress({ dataset: dataset.name, step: 'exporting', bytes: staged.bytesSoFar() })
  tell()
  const timer = setInterval(tell, progressEveryMs)
  try {
    return await action()
  } finally {
    clearInterval(timer)
  }
}

/** A pipeline ends well when its last part does; what the others complained of tells why nothing came. */
function withComplaint(error: unknown, logs: ExportLogs): unknown {
  const complaint = logs.lastComplaint()
  if (!(error instanceof UnsiloError) || error.code !== 'empty' || complaint === '') return error
  const { code, message, hint, retryable } = error
  return new UnsiloError(code, `${message}; it said: ${complaint}`, {
    ...(hint === undefined ? {} : { hint }),
    retryable,
    cause: error,
  })
}
