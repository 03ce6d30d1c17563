import { UnsiloError } from '../errors.ts'
import type { SealedEvent } from '../ledger/entry.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { type FinishedParcel, type StagedParcel, stageParcel } from '../parcel/staged.ts'
import { openCommandSource } from '../source/command.ts'
import { withRetries } from '../source/retry.ts'
import type { ExportLogs, Source } from '../source/source.ts'
import { sayDuration } from '../system/duration.ts'
import type { Context, Dataset } from './dataset.ts'
import { environmentOf } from './environment.ts'
import { openExportLogs, ownLinePrefix } from './export-logs.ts'
import { type History, readHistory } from './history.ts'
import { newParcelId, startParcel } from './new-parcel.ts'
import { type FailedEvent, recordFailure, sealParcel } from './seal.ts'

/** How often progress is told while a program writes files, in ms. */
const progressEveryMs = 500

/** The dataset's source. `undefined` when nothing is configured, as in a dataset of manual exports. */
export function sourceOf(dataset: Dataset): Source | undefined {
  const { command, timeoutMs, silenceMs } = dataset.config
  return command === undefined
    ? undefined
    : openCommandSource({ ...command, timeoutMs, silenceMs, environment: () => environmentOf(dataset) })
}

/**
 * Makes one parcel now: stages it, exports, checks, seals, and says in the ledger what came of it. The caller holds the lock.
 *
 * @returns The ledger line that tells the end: `sealed` or `failed`.
 * @throws UnsiloError when the disk fails under unsilo itself
 */
export async function exportParcel(
  dataset: Dataset,
  context: Context,
  source: Source,
  wantedId?: ParcelId,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<SealedEvent | FailedEvent> {
  const { files } = context.system
  const id = await newParcelId(dataset, context, wantedId, history)
  const beganAt = context.system.clock.now().getTime()
  const durationMs = (): number => Math.max(0, context.system.clock.now().getTime() - beganAt)
  await startParcel(dataset, context, id, { by: 'export' })
  const { compress, guard } = dataset.config
  const staged = stageParcel(files, dataset.layout, id, { compress, require: guard.require, signal: context.signal })
  const logs = await openExportLogs(files, logsOf(dataset.layout, id))
  let tries = 0
  try {
    const finished = await withProgress(dataset, context, staged, () =>
      exportWithRetries(dataset, context, source, staged, logs, (attempt) => (tries = attempt)),
    )
    context.onProgress?.({ dataset: dataset.name, step: 'sealing', bytes: finished.manifest.bytes })
    return await sealParcel(dataset, context, finished, { tries, durationMs: durationMs() }, history)
  } catch (error) {
    const failure = context.signal.aborted ? new UnsiloError('cancelled', 'interrupted', { cause: error }) : error
    if (!(failure instanceof UnsiloError)) throw failure
    return await recordFailure(dataset, context, id, failure, { tries, durationMs: durationMs() })
  } finally {
    await logs.close()
  }
}

/** Every try begins with nothing, so the outputs of two tries never mix. */
function exportWithRetries(
  dataset: Dataset,
  context: Context,
  source: Source,
  staged: StagedParcel,
  logs: ExportLogs,
  onTry: (attempt: number) => void,
): Promise<FinishedParcel> {
  const tries = dataset.config.retries
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
      await staged.clear()
      await source.export(staged, {
        parcelId: staged.id,
        datasetPath: dataset.layout.folder,
        logs,
        signal: context.signal,
      })
      return staged.finish().catch((error: unknown) => {
        throw withComplaint(error, logs)
      })
    },
  )
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
