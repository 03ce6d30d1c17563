import type { ParcelId } from '../../parcel/id.ts'
import type { Context, Dataset } from '../dataset.ts'
import type { History } from '../history.ts'
import { expectReadable, rewritePack } from './rewrite.ts'
import { byPack } from './unpack-parcels.ts'

/**
 * Removes parcels for good from the packs that they are in, which are written anew without them; the caller holds the lock, and has
 * said in the ledger why.
 *
 * @returns Paths of the packs.
 */
export async function dropFromPacks(
  dataset: Dataset,
  context: Context,
  history: History,
  ids: readonly ParcelId[],
): Promise<string[]> {
  const paths: string[] = []
  for (const [pack, parcels] of byPack(history, ids)) {
    const drop = new Set(parcels.map(({ id }) => id))
    await rewritePack(dataset, context, { name: pack.name, old: expectReadable(pack), add: [], drop })
    paths.push(pack.path)
  }
  return paths
}
