import { dirname, join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { storeBody } from '../../parcel/body.ts'
import { hashFile } from '../../parcel/verify.ts'
import type { Files } from '../../system/files.ts'
import { mapPool } from '../../system/pool.ts'
import { temporaryPath } from '../../system/replace-file.ts'
import { checkInterrupt } from '../copies/work.ts'
import { type FileThere, type ParcelThere, missingThere } from './parcel-files.ts'
import { type Place, bytesAt } from './place.ts'

export interface Fetched {
  bytes: number
  /** Parcels of which something there is not what was published: nothing of them is left in the folder. */
  faults: Map<ParcelThere, UnsiloError>
}

/**
 * Brings parcels into a folder, several files at a time. A file has its name only when it is whole, its hash was checked, and it is
 * durable; one that is there already, from a try that was broken off, is kept when its hash is right.
 *
 * @param onBytes Told how many bytes have come in all.
 * @throws UnsiloError of the place or the disk; what has come until then stays
 */
export async function fetchParcels(
  place: Place,
  parcels: readonly ParcelThere[],
  folder: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<Fetched> {
  const { files } = place.context.system
  const fetched: Fetched = { bytes: 0, faults: new Map() }
  let coming = 0
  const watch = (bytes: number): void => onBytes((coming += bytes))
  for (const { copy, name } of parcels) if (copy.isFolder) files.makeFolder(join(folder, name))
  const all = parcels.flatMap((parcel) => parcel.files.map((file) => ({ parcel, file })))
  await mapPool(all, place.target.parallel, async ({ parcel, file }) => {
    checkInterrupt(place.context)
    if (fetched.faults.has(parcel)) return
    try {
      const bytes = await fetchFile(place, file, join(folder, file.path), watch)
      fetched.bytes += bytes
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code !== 'corrupt') throw error
      fetched.faults.set(parcel, error)
    }
  })
  for (const { name } of fetched.faults.keys()) await files.remove(join(folder, name))
  return fetched
}

async function fetchFile(
  place: Place,
  { from, isEncrypted, sha256 }: FileThere,
  to: string,
  watch: (bytes: number) => void,
): Promise<number> {
  const { system, signal } = place.context
  const { files } = system
  const there = files.info(to)
  if (there?.kind === 'file' && (await hashFile(files, to, signal)) === sha256) return there.sizeBytes
  await files.remove(to)
  files.makeFolder(dirname(to))
  // The name does not hold that of the file: with it, a name that is just short enough would be too long.
  const temporary = temporaryPath(join(dirname(to), 'download'))
  try {
    let last = 0
    const stored = await storeBody(files, temporary, bytesAt(place, from, isEncrypted), {
      signal,
      onBytes(bytes) {
        watch(bytes - last)
        last = bytes
      },
    })
    if (stored.sha256 !== sha256) {
      throw new UnsiloError('corrupt', `${from} at ${place.name} is not what was published: it has another hash`)
    }
    files.rename(temporary, to)
    return stored.bytes
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw signal.aborted ? new UnsiloError('cancelled', 'interrupted') : missingThere(error, place, from)
  }
}

/** Makes the entries of a folder, and of all those in it, durable. */
export async function syncFolders(files: Files, folder: string): Promise<void> {
  for (const { name, kind } of files.list(folder)) if (kind === 'folder') await syncFolders(files, join(folder, name))
  await files.sync(folder)
}
