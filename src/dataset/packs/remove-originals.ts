import { join } from 'node:path'
import type { StoredParcel } from '../../parcel/store.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import type { Context, Dataset } from '../dataset.ts'

/** Removes from `data/` what a pack holds by now, as the ledger says. What a crash leaves is found by the next run. */
export async function removeOriginals(
  { layout }: Dataset,
  { system: { files } }: Context,
  originals: readonly StoredParcel[],
): Promise<void> {
  files.makeFolder(layout.incomplete)
  for (const { path, name, isFolder } of originals) {
    if (!isFolder) {
      await files.remove(path)
      continue
    }
    // A folder is removed file by file; moving it out first means that data/ never holds a part of it.
    const outside = temporaryPath(join(layout.incomplete, name))
    files.rename(path, outside)
    await files.sync(layout.data)
    await files.remove(outside)
  }
  if (originals.length > 0) await files.sync(layout.data)
}
