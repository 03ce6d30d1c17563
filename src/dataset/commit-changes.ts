import { join } from 'node:path'
import { type ParcelId, splitParcelName } from '../parcel/id.ts'
import { isPackName } from '../parcel/pack-file.ts'
import type { Context, Dataset } from './dataset.ts'
import { sayDrained } from './drain-result.ts'
import { commitRecords, uncommittedNames } from './git.ts'
import { readHistory } from './history.ts'
import type { Outcome } from './outcome.ts'
import { sayPacked } from './packs/outcome.ts'
import { sayPruned } from './prune.ts'

/** Commits what changed: new parcels, the removal of pruned ones, the metrics and the ledger. */
export async function commitChanges(
  dataset: Dataset,
  context: Context,
  { fresh, gone, outcome }: { fresh: readonly ParcelId[]; gone: readonly string[]; outcome: Outcome },
): Promise<void> {
  if (!dataset.config.git) return
  const history = readHistory(context.system.files, dataset.layout)
  const isSettled = (name: string): boolean => {
    if (isPackName(name)) return true
    const parcel = splitParcelName(name)
    const state = parcel === undefined ? undefined : history.get(parcel.id)?.state
    return state === 'good' || state === 'suspect' || state === 'pruned' || state === 'trashed' || state === 'thinned'
  }
  // All of them, not only this run's: an earlier run may have been broken off before its commit.
  const names = [...(await uncommittedNames(dataset, context))].filter(isSettled)
  const what = [
    ...(fresh.length > 0 ? [`process new parcels: ${fresh.join(', ')}`] : []),
    ...(gone.length > 0 ? [sayPruned(gone)] : []),
    ...(outcome.packed === undefined ? [] : [sayPacked(outcome.packed)]),
    ...(outcome.drained === undefined ? [] : [sayDrained(outcome.drained)]),
  ].filter((part) => part !== undefined)
  const message = `[unsilo] ${what.join('; ') || 'update'}`
  const packs = history.packs.map(({ path }) => path)
  const paths = [...names.map((name) => join(dataset.layout.data, name)), ...packs]
  await commitRecords(dataset, context, message, paths)
}
