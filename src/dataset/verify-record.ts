import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { VerifiedEvent } from '../ledger/event.ts'
import { appendAllToLedger } from '../ledger/ledger.ts'
import { acknowledgements } from './acknowledgements.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { commitRecords } from './git.ts'
import { type History, readHistory } from './history.ts'
import { withLock } from './lock.ts'

/** Writes what was found into the ledger, some verdicts at a time. */
export interface Recorder {
  /** Verdicts that hold, in the order in which they were given. */
  readonly verdicts: readonly VerifiedEvent[]
  add(verdict: VerifiedEvent): Promise<void>
  /** Writes what is left. @returns Why that could not be done. */
  close(): Promise<Problem[]>
}

/** So many at a time: each time costs a look at the whole ledger. What a kill loses is chosen again by the next verification. */
const verdictsAtOnce = 100
const pauseMs = 1000
/** How long to wait at the end for another unsilo. */
const patienceMs = 60 * 60_000

/**
 * Parcels are read without the dataset's lock: that may take hours, in which exports go on. The lock is held only to write. What
 * was pruned, withdrawn or published again in the meantime is not what was read, so a verdict on it is dropped.
 *
 * @param history As it was when reading began.
 */
export function openRecorder(dataset: Dataset, context: Context, history: History): Recorder {
  const verdicts: VerifiedEvent[] = []
  let pending: VerifiedEvent[] = []
  const before = acknowledgements(history)
  let writing = Promise.resolve()

  let hasWritten = false

  const write = async (): Promise<void> => {
    const { files, clock } = context.system
    const now = readHistory(files, dataset.layout)
    const known = acknowledgements(now)
    const holds = ({ parcel, target }: VerifiedEvent): boolean => {
      if (target === undefined) return isSame(history, now, parcel)
      const one = known.get(parcel)?.get(target)
      return one !== undefined && one.withdrawn !== true && one.at === before.get(parcel)?.get(target)?.at
    }
    const some = pending.filter(holds)
    pending = []
    verdicts.push(...some)
    if (some.length === 0) return
    await appendAllToLedger(files, dataset.layout.ledger, clock.now(), some)
    hasWritten = true
  }

  const writeLast = async (): Promise<void> => {
    await write()
    if (hasWritten && !context.signal.aborted) await commitRecords(dataset, context, '[unsilo] verify', [])
  }

  return {
    verdicts,
    add(verdict) {
      pending.push(verdict)
      if (pending.length < verdictsAtOnce) return writing
      // Others may be given while these are written.
      writing = writing.then(async () => {
        if (pending.length >= verdictsAtOnce) await withLock(dataset, context, write).catch(ignoreBusy)
      })
      return writing
    },
    async close() {
      try {
        await writing
        if (pending.length > 0 || hasWritten) await whenFree(dataset, context, writeLast)
        return []
      } catch (error) {
        const { code, message, hint } = expectUnsiloError(error)
        verdicts.push(...pending)
        return [{ severity: 'error', code, message: `the ledger does not say what was verified: ${message}`, hint }]
      }
    },
  }
}

/** They are kept for later. */
function ignoreBusy(error: unknown): void {
  if (!(error instanceof UnsiloError) || error.code !== 'busy') throw error
}

/** Whether the same seal is still there. */
function isSame(before: History, now: History, parcel: string): boolean {
  const one = now.get(parcel)
  return one?.isSealed === true && one.ended?.line === before.get(parcel)?.ended?.line
}

/** Tries until no other unsilo works on the dataset; after an interrupt once only. */
async function whenFree(dataset: Dataset, context: Context, action: () => Promise<void>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await withLock(dataset, context, action)
    } catch (error) {
      const isBusy = error instanceof UnsiloError && error.code === 'busy'
      if (!isBusy || waitedMs >= patienceMs || context.signal.aborted) throw error
      context.onProgress?.({ dataset: dataset.name, step: 'waiting', note: 'for another unsilo to end' })
      await context.system.clock.sleep(pauseMs, context.signal).catch((reason: unknown) => {
        if (!context.signal.aborted) throw reason
      })
    }
  }
}
