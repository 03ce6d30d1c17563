import { hostname } from 'node:os'
import { UnsiloError } from '../errors.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { acquireLock } from '../system/lock.ts'
import type { Context, Dataset } from './dataset.ts'
import { isEvent, readHistory } from './history.ts'

/**
 * Does `action` while no other process can work on the dataset. Who holds the lock may append to the ledger, so
 * the ledger itself is what is locked.
 *
 * @throws UnsiloError `busy` when another process holds it
 */
export async function withLock<T>(dataset: Dataset, context: Context, action: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(dataset.layout.ledger)
  if (lock === undefined) throw busy(dataset, context)
  try {
    return await action()
  } finally {
    lock.release()
  }
}

function busy(dataset: Dataset, context: Context): UnsiloError {
  const { newest } = readHistory(context.system.files, dataset.layout)
  const running = newest?.state === 'unfinished' && isEvent(newest.started, 'started') ? newest.started : undefined
  const who = running === undefined ? undefined : detailsOf(running, dataset.layout.ledger)
  const told =
    who === undefined
      ? ''
      : ` (process ${who.pid}${who.host === hostname() ? '' : ` on ${who.host}`}, since ${running!.at})`
  return new UnsiloError('busy', `another unsilo is working on ${dataset.name}${told}`, {
    hint: 'Wait until it has ended, or end that process; a dead one leaves no lock behind.',
    retryable: true,
  })
}
