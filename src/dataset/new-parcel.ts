import { hostname } from 'node:os'
import { UnsiloError } from '../errors.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import { readMetricsIfWhole } from '../metric/metrics-file.ts'
import { type ParcelId, isAheadOf, parcelIdAt } from '../parcel/id.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, readHistory } from './history.ts'

/**
 * An id for a parcel that begins now. When this second's is taken, by data, an attempt or a row of metrics, waits for the
 * next second. The caller holds the lock.
 *
 * @param wanted An id to use instead. @throws UnsiloError `clash` when it is taken
 */
export async function newParcelId(
  dataset: Dataset,
  context: Context,
  wanted?: ParcelId,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<ParcelId> {
  const { clock, files } = context.system
  const rows = readMetricsIfWhole(files, dataset.layout.metrics)?.rows
  const isTaken = (id: ParcelId): boolean => history.get(id) !== undefined || rows?.has(id) === true
  if (wanted !== undefined) {
    if (isAheadOf(wanted, clock.now())) throw aheadError(wanted)
    if (!isTaken(wanted)) return wanted
    throw new UnsiloError('clash', `there is, or was, a parcel ${wanted} already; nothing was changed`, {
      hint: 'Choose another id, or leave --parcel-id out.',
    })
  }
  for (;;) {
    const now = clock.now()
    const id = parcelIdAt(now)
    if (!isTaken(id)) return id
    await clock.sleep(1000 - now.getMilliseconds(), context.signal)
  }
}

export function aheadError(id: ParcelId): UnsiloError {
  return new UnsiloError('usage', `a parcel ${id} would be dated ahead of the clock`, {
    hint: 'Choose a time that has been, and check the clock of this machine (date -u).',
  })
}

/** Says in the ledger that an attempt that was broken off goes on. */
export async function resumeParcel(dataset: Dataset, context: Context, id: ParcelId): Promise<void> {
  const { files, clock } = context.system
  files.makeFolder(dataset.layout.log)
  await appendToLedger(files, dataset.layout.ledger, clock.now(), {
    event: 'resumed',
    parcel: id,
    pid: process.pid,
    host: hostname(),
  })
}

/** Says in the ledger that an attempt begins, so that a crash from here on is noticed and mended. */
export async function startParcel(
  dataset: Dataset,
  context: Context,
  id: ParcelId,
  origin: { by: 'export' } | { by: 'ingest'; from: string; modified: string },
): Promise<void> {
  const { files, clock } = context.system
  const { layout } = dataset
  files.makeFolder(layout.incomplete)
  files.makeFolder(layout.log)
  await appendToLedger(files, layout.ledger, clock.now(), {
    event: 'started',
    parcel: id,
    ...origin,
    pid: process.pid,
    host: hostname(),
  })
}
