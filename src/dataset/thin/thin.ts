import type { ParcelId } from '../../parcel/id.ts'
import { type ErrorCode, UnsiloError, expectUnsiloError } from '../../errors.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { commitRecords } from '../git.ts'
import { type History, readHistory } from '../history.ts'
import { withLock } from '../lock.ts'
import { settleInRun } from '../packs/work.ts'
import { bringBack, moveToTrash } from '../trash.ts'
import { type ThinPlan, planThin, thinned } from './plan.ts'

/** Thins one dataset now. @returns What went to the trash, or with `dryRun` would go, among all that was decided. */
export async function thinDataset(dataset: Dataset, context: Context, dryRun: boolean): Promise<ThinPlan> {
  const { files } = context.system
  if (dryRun) return planThin(dataset, context, readHistory(files, dataset.layout))
  return withLock(dataset, context, async () => {
    const settled = await settle(dataset, context, readHistory(files, dataset.layout))
    const plan = await planThin(dataset, context, settled)
    const goes = thinned(plan)
    const because = Object.fromEntries(goes.map(({ id, reasons }) => [id, reasons.join('; ')]))
    const { history, changed } = await takeOut(dataset, context, settled, Object.keys(because))
    const stored = goes.flatMap(({ id }) => history.get(id)?.stored ?? [])
    const gone = await moveToTrash(dataset, context, stored, because)
    if (gone.length > 0) {
      const paths = [...new Set([...changed, ...gone])]
      await commitRecords(dataset, context, `[unsilo] thin ${sayParcels(gone)}`, paths)
    }
    return plan
  })
}

/** Ends what packing has left half done. @throws UnsiloError when a pack is damaged: it may be all that there is of something */
async function settle(dataset: Dataset, context: Context, history: History): Promise<History> {
  const problems: Problem[] = []
  const settled = await settleInRun(dataset, context, history, problems)
  const [first] = problems
  if (first === undefined) return settled
  const { code, message, hint } = first
  throw new UnsiloError(code as ErrorCode, message, hint === undefined ? {} : { hint })
}

/** Takes parcels out of their packs, which are written anew without them. @returns Paths in `data/` that have changed. */
async function takeOut(
  dataset: Dataset,
  context: Context,
  history: History,
  ids: readonly ParcelId[],
): Promise<{ history: History; changed: string[] }> {
  if (ids.every((id) => history.get(id)?.stored?.packed === undefined)) return { history, changed: [] }
  const { unpackParcels } = await import('../packs/unpack-parcels.ts')
  const changed = await unpackParcels(dataset, context, history, ids)
  return { history: readHistory(context.system.files, dataset.layout), changed }
}

/** What came back from the trash, and why others did not. */
export interface Undone {
  parcels: ParcelId[]
  problems: Problem[]
}

/**
 * Brings parcels back from the trash, all of them or those that are named. One that cannot be brought back stops no other.
 *
 * @throws UnsiloError when it is the only one
 */
export async function undoThin(
  dataset: Dataset,
  context: Context,
  wanted: readonly ParcelId[] | 'all',
): Promise<Undone> {
  return withLock(dataset, context, async () => {
    const history = readHistory(context.system.files, dataset.layout)
    const inTrash = history.parcels.filter(({ state }) => state === 'trashed').map(({ id }) => id)
    const ids = wanted === 'all' ? inTrash : [...new Set(wanted)]
    const undone: Undone = { parcels: [], problems: [] }
    const paths: string[] = []
    for (const id of ids) {
      try {
        paths.push(await bringBack(dataset, context, history, id))
        undone.parcels.push(id)
      } catch (error) {
        const { code, message, hint } = expectUnsiloError(error)
        if (ids.length === 1 || code === 'cancelled') throw error
        undone.problems.push({ severity: 'error', code, message, hint })
      }
    }
    if (paths.length > 0) await commitRecords(dataset, context, `[unsilo] bring back ${sayParcels(paths)}`, paths)
    return undone
  })
}

function sayParcels({ length }: readonly string[]): string {
  return `${length} parcel${length === 1 ? '' : 's'}`
}
