import { UnsiloError } from '../errors.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { commitRecords } from './git.ts'
import { type History, type ParcelState, readHistory } from './history.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { unknownParcel } from './show.ts'

/** How many parcels are measured side by side. */
const atOnce = 4

/**
 * Measures existing parcels again, all or some; rows of parcels whose data is gone stay as they are.
 *
 * @returns The parcels that were measured, and a warning for each metric that failed.
 */
export function recomputeMetrics(
  dataset: Dataset,
  context: Context,
  wanted: readonly ParcelId[],
): Promise<{ parcels: ParcelId[]; problems: Problem[] }> {
  return withLock(dataset, context, async () => {
    const history = readHistory(context.system.files, dataset.layout)
    wanted.forEach((id) => checkMeasurable(dataset, history, id))
    const existing = history.parcels.filter(({ stored, state }) => stored !== undefined && !wasRemoved(state))
    const parcels = wanted.length > 0 ? [...wanted] : existing.map(({ id }) => id)
    const problems = await recordMetrics(dataset, context, parcels, atOnce)
    const which = wanted.length > 0 ? wanted.join(', ') : 'all parcels'
    await commitRecords(dataset, context, `[unsilo] recompute metrics of ${which}`, [])
    return { parcels, problems }
  })
}

/** What a removal that was broken off has left is not measured. */
function wasRemoved(state: ParcelState): boolean {
  return state === 'pruned' || state === 'thinned'
}

function checkMeasurable(dataset: Dataset, history: History, id: ParcelId): void {
  const parcel = history.get(id)
  if (parcel === undefined) throw unknownParcel(dataset, history, id)
  if (parcel.stored !== undefined) return
  throw new UnsiloError('not-found', `${dataset.name} ${id} is ${parcel.state}: there is nothing left to measure`)
}
