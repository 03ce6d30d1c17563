import { join } from 'node:path'
import { loadDatasets } from '../config/load.ts'
import { configError } from '../config/problem.ts'
import { UnsiloError } from '../errors.ts'
import type { ParcelId } from '../parcel/id.ts'
import { withPrivateFolder } from '../system/private-folder.ts'
import { type Context, openDataset } from './dataset.ts'
import { type ParcelChoice, chooseCopies } from './from-target/choose.ts'
import { putConfiguration } from './from-target/configuration.ts'
import { type PlaceOptions, withPlace } from './from-target/place.ts'
import { restoreDataset } from './from-target/restore-dataset.ts'
import { type RestoreDatabaseOptions, type RestoredToDatabase, restoreDatabase } from './restore-database.ts'

export interface RestoreDatabaseFromOptions extends PlaceOptions {
  /** Name of the dataset's folder there. */
  name: string
  /** An id, or `latest`. */
  parcel: ParcelChoice
}

/**
 * Restores one database of a parcel that is at a target. The dump, and the configuration that says of which system it is, come into a
 * temporary folder first.
 *
 * @throws as `restoreDatabase` does; `corrupt` when the parcel is not what was published
 */
export function restoreDatabaseFrom(
  { name, parcel, ...place }: RestoreDatabaseFromOptions,
  context: Context,
  options: Omit<RestoreDatabaseOptions, 'parcel'>,
): Promise<RestoredToDatabase> {
  const { files } = context.system
  return withPrivateFolder(async ({ path: root }) => {
    const id = await withPlace(place, context, async (open) => {
      await putConfiguration(open, root)
      let chosen: ParcelId | undefined
      const { problems } = await restoreDataset(open, name, { root, staging: join(root, '.staging') }, (copies) => {
        const found = chooseCopies(copies, parcel, name, open)
        chosen = found[0]?.id
        return found
      })
      const fault = problems.find(({ severity }) => severity === 'error')
      if (fault === undefined) return chosen
      const hint = [fault.hint, 'The database was not touched.'].filter((part) => part !== undefined).join(' ')
      throw new UnsiloError('corrupt', fault.message, { hint })
    })
    const { datasets, problems } = await loadDatasets(files, root, [name], root)
    if (datasets[0] === undefined) throw configError(problems)
    return restoreDatabase(openDataset(datasets[0]), context, { ...options, parcel: id })
  })
}
