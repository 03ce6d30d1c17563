import { join } from 'node:path'
import { type Files, walkFiles } from '../system/files.ts'

export interface ParcelSize {
  files: number
  bytes: number
}

/** Counts as export_manager does: every file below the path; a link to a file counts as that file. */
export function parcelSize(files: Files, path: string): ParcelSize {
  const info = files.info(path)
  if (info?.kind === 'file') return { files: 1, bytes: info.sizeBytes }
  const size: ParcelSize = { files: 0, bytes: 0 }
  for (const entry of walkFiles(files, path)) {
    const found = files.info(join(path, entry.path))
    if (found?.kind !== 'file') continue
    size.files += 1
    size.bytes += found.sizeBytes
  }
  return size
}
