import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Layout } from '../../parcel/layout.ts'
import type { Files } from '../../system/files.ts'
import { type Lock, acquireLock } from '../../system/lock.ts'
import { makeTemporaryFolder } from '../../system/temporary-folder.ts'

/** Copies of parcels that are being read, in `.cache/`: as large as parcels are, so not in a folder of the system's. */
const lentFolder = 'lent'

/** A folder of this process's own. */
export interface Shelf {
  folder: string
  close(): Promise<void>
}

export async function openShelf(files: Files, { cache }: Pick<Layout, 'cache'>): Promise<Shelf> {
  const around = join(cache, lentFolder)
  try {
    files.makeFolder(around)
    await clearShelves(files, around)
    for (;;) {
      const folder = join(around, randomBytes(6).toString('hex'))
      const lock = await acquireLock(`${folder}.lock`)
      // Another process takes it for one that was left.
      if (lock === undefined) continue
      files.makeFolder(folder)
      const close = async (): Promise<void> => {
        await files.remove(folder)
        await files.remove(`${folder}.lock`)
        lock.release()
      }
      return { folder, close }
    }
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code !== 'not-permitted') throw error
    // A mirror that may only be read can be restored from all the same.
    const { path, remove } = makeTemporaryFolder()
    return { folder: path, close: () => Promise.resolve(remove()) }
  }
}

/** Removes what processes have left that were killed: nobody holds their locks any more. */
async function clearShelves(files: Files, around: string): Promise<void> {
  for (const { name } of files.list(around)) {
    if (!name.endsWith('.lock')) continue
    const path = join(around, name)
    const lock = await acquireLock(path).catch((error: unknown): Lock | undefined => {
      // It has just been removed, or may not be opened: somebody else's.
      if (error instanceof UnsiloError) return undefined
      throw error
    })
    if (lock === undefined) continue
    await files.remove(path.slice(0, -'.lock'.length))
    await files.remove(path)
    lock.release()
  }
}
