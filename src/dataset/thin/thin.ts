import type { ParcelId } from '../../parcel/id.ts'
import type { Context, Dataset } from '../dataset.ts'
import { commitRecords } from '../git.ts'
import { readHistory } from '../history.ts'
import { withLock } from '../lock.ts'
import { bringBack, moveToTrash } from '../trash.ts'
import { type ThinPlan, planThin, thinned } from './plan.ts'

/** Thins one dataset now. @returns What went to the trash, or with `dryRun` would go, among all that was decided. */
export async function thinDataset(dataset: Dataset, context: Context, dryRun: boolean): Promise<ThinPlan> {
  const { files } = context.system
  if (dryRun) return planThin(dataset, context, readHistory(files, dataset.layout))
  return withLock(dataset, context, async () => {
    const history = readHistory(files, dataset.layout)
    const plan = await planThin(dataset, context, history)
    const goes = thinned(plan)
    const because = Object.fromEntries(goes.map(({ id, reasons }) => [id, reasons.join('; ')]))
    const stored = goes.flatMap(({ id }) => history.get(id)?.stored ?? [])
    const gone = await moveToTrash(dataset, context, stored, because)
    if (gone.length > 0) await commitRecords(dataset, context, `[unsilo] thin ${sayParcels(gone)}`, gone)
    return plan
  })
}

/**
 * Brings parcels back from the trash, all of them or those that are named.
 *
 * @returns Ids of those that are back.
 */
export async function undoThin(
  dataset: Dataset,
  context: Context,
  wanted: readonly ParcelId[] | 'all',
): Promise<ParcelId[]> {
  return withLock(dataset, context, async () => {
    const history = readHistory(context.system.files, dataset.layout)
    const inTrash = history.parcels.filter(({ state }) => state === 'trashed').map(({ id }) => id)
    const ids = wanted === 'all' ? inTrash : [...new Set(wanted)]
    const back: string[] = []
    for (const id of ids) back.push(await bringBack(dataset, context, history, id))
    if (back.length > 0) await commitRecords(dataset, context, `[unsilo] bring back ${sayParcels(back)}`, back)
    return ids
  })
}

function sayParcels({ length }: readonly string[]): string {
  return `${length} parcel${length === 1 ? '' : 's'}`
}
