import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { DoneRecord } from '../ledger/event.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import type { RestClient } from '../source/rest/client.ts'
import { sayRequest, sendDeletion } from '../source/rest/deletion.ts'
import type { Context, Dataset } from './dataset.ts'
import type { Candidate } from './drain-candidates.ts'
import { appendDone, nameOf } from './drain-ledger.ts'
import type { DrainSetup } from './drain-setup.ts'

/** How many records one line of the ledger announces: as many may be left open by a crash. */
export const batchSize = 20

/** A look that is older says too little of what is on the server now, in ms. */
const freshMs = 5 * 60_000

export interface Deletions {
  /** Records that the server says are deleted now. */
  deleted: Candidate[]
  /** Records that were not there any more. */
  gone: Candidate[]
  failed: { candidate: Candidate; error: UnsiloError }[]
  /** Why the others were not even tried; `undefined` when they were, or when only the look has become too old. */
  stopped: UnsiloError | undefined
  /** How many have failed in a row, those of earlier calls among them. */
  inRow: number
}

/**
 * Deletes records, a batch at a time: an intent in the ledger, then the requests, then what became of them. The caller holds
 * the lock.
 *
 * @param inRow What an earlier call has said.
 * @param lookedAt When the look began that shows them. It gets too old after some minutes, but never before the first batch.
 * @throws UnsiloError when the ledger cannot be written; what was announced is then settled by the next drain
 */
export async function deleteRecords(
  dataset: Dataset,
  context: Context,
  setup: DrainSetup,
  candidates: readonly Candidate[],
  { client, lookedAt, inRow }: { client: RestClient; lookedAt: Date; inRow: number },
): Promise<Deletions> {
  const { clock } = context.system
  const result: Deletions = { deleted: [], gone: [], failed: [], stopped: undefined, inRow }
  const mostInRow = setup.source.limits.give_up_after
  for (const [index, batch] of batches(candidates).entries()) {
    if (index > 0 && clock.now().getTime() - lookedAt.getTime() > freshMs) return result
    if (context.signal.aborted) result.stopped ??= new UnsiloError('cancelled', 'interrupted')
    if (result.stopped !== undefined) return result
    const { parcel, intent } = batch[0]!
    if (intent === undefined) await announce(dataset, context, { ...setup, client }, parcel, batch)
    const done: DoneRecord[] = []
    try {
      for (const candidate of batch) {
        const sent = result.deleted.length + result.gone.length
        context.onProgress?.({ dataset: dataset.name, step: 'draining', note: `${sent + 1} of ${candidates.length}` })
        try {
          const { status, isGone } = await sendDeletion(candidate.deletion, { ...setup, client })
          done.push({ ...nameOf(candidate.record), status, ...(isGone ? { gone: true as const } : {}) })
          result[isGone ? 'gone' : 'deleted'].push(candidate)
          result.inRow = 0
        } catch (error) {
          const failure = expectUnsiloError(error)
          if (stopsAll(failure)) result.stopped = failure
          else {
            result.failed.push({ candidate, error: failure })
            if (++result.inRow >= mostInRow) result.stopped = gaveUp(result.inRow, failure)
          }
        }
        if (result.stopped !== undefined) break
      }
    } finally {
      await appendDone(dataset, context, { parcel: intent?.parcel ?? parcel, stream: setup.stream.name }, done)
    }
  }
  return result
}

/** Says what is about to be deleted, durably, before anything of it is. */
async function announce(
  { layout }: Dataset,
  { system: { files, clock } }: Context,
  { stream, client }: DrainSetup & { client: RestClient },
  parcel: string,
  batch: readonly Candidate[],
): Promise<void> {
  const records = batch.map(({ record, deletion }) => ({
    ...nameOf(record),
    request: client.redact(sayRequest(deletion)),
    sha256: record.sha256,
  }))
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'intent', parcel, stream: stream.name, records })
}

/** In the same order; each batch is of one parcel, and was announced as a whole, or not at all. */
function batches(candidates: readonly Candidate[]): Candidate[][] {
  const found: Candidate[][] = []
  for (const candidate of candidates) {
    const last = found.at(-1)
    const first = last?.[0]
    const fits =
      first !== undefined &&
      (first.intent === undefined) === (candidate.intent === undefined) &&
      (first.intent?.parcel ?? first.parcel) === (candidate.intent?.parcel ?? candidate.parcel)
    if (last !== undefined && fits && last.length < batchSize) last.push(candidate)
    else found.push([candidate])
  }
  return found
}

/** What is not about this record: the others would fail as well, or must not be tried. */
function stopsAll({ code }: UnsiloError): boolean {
  return ['cancelled', 'parked', 'auth', 'config'].includes(code)
}

function gaveUp(count: number, { code, message, hint }: UnsiloError): UnsiloError {
  const why = `no more deletions after ${count} failed in a row; the last: ${message}`
  return new UnsiloError(code, why, hint === undefined ? {} : { hint })
}
