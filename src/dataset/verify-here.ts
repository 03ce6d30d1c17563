import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { hashFile } from '../parcel/verify.ts'
import { type Files, walkFiles } from '../system/files.ts'
import { compareFiles } from './copies/compare.ts'
import type { ComparedCopy } from './copies/verify-copy.ts'
import type { Context, Dataset } from './dataset.ts'
import type { ParcelRecord } from './history.ts'
import { type ParcelContents, contentsOf } from './parcel-contents.ts'

/** Of one parcel. A disk has one head, or many cores wait for it: a few are enough for both. */
export const filesAtOnce = 4

/**
 * Reads a parcel here, every byte of it, and compares it with its seal.
 *
 * @throws UnsiloError `clash` when there are two of it
 */
export async function verifyHere(
  dataset: Dataset,
  context: Context,
  parcel: ParcelRecord & { stored: StoredParcel },
): Promise<ComparedCopy> {
  const { files } = context.system
  const { data } = dataset.layout
  let contents: ParcelContents
  try {
    contents = await contentsOf(dataset, context, parcel)
  } catch (error) {
    if (!(error instanceof UnsiloError) || (error.code !== 'corrupt' && error.code !== 'io')) throw error
    return { files: 0, bytes: 0, faults: [error.message], isGone: false, extra: [] }
  }
  const compared = await compareFiles(contents.files, {
    parallel: filesAtOnce,
    isDisk: true,
    async read(path) {
      const full = join(data, path)
      const info = files.info(full)
      if (info?.kind !== 'file') return undefined
      return { bytes: info.sizeBytes, sha256: await hashFile(files, full, context.signal) }
    },
  })
  const known = new Set(contents.files.map(({ path }) => path))
  const extra = parcel.stored.isFolder ? filesBelow(files, data, parcel.stored.name) : []
  return { ...compared, extra: extra.filter((path) => !known.has(path)) }
}

function filesBelow(files: Files, data: string, name: string): string[] {
  const found: string[] = []
  for (const { path, kind } of walkFiles(files, join(data, name))) if (kind === 'file') found.push(`${name}/${path}`)
  return found
}
