import { dirname, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { type FileInfo, type Files, walkFiles } from '../system/files.ts'
import { storeBody } from './body.ts'
import { type Manifest, inspectParcel } from './manifest.ts'
import type { StoredParcel } from './store.ts'

/** Changes when a file, or any file of a folder, is written to. */
export function fingerprint(files: Files, path: string): string {
  const say = (info: FileInfo | undefined): string => `${info?.sizeBytes} ${info?.modifiedAt.getTime()}`
  const info = files.info(path)
  if (info?.kind !== 'folder') return say(info)
  return [...walkFiles(files, path)]
    .map((found) => `${found.path} ${say(files.info(join(path, found.path)))}`)
    .join('\n')
}

/**
 * Copies a parcel, durably, and proves by the hashes that the copy is exact.
 *
 * @throws UnsiloError `busy` when the original changes meanwhile
 */
export async function copyParcel(
  files: Files,
  from: StoredParcel,
  to: StoredParcel,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  if (!from.isFolder) {
    const { sha256 } = await storeBody(files, to.path, files.read(from.path), { signal })
    if (sha256 === manifest.sha256) return
    throw changedMeanwhile(from.path)
  }
  for (const { path, kind } of walkFiles(files, from.path)) {
    const target = join(to.path, path)
    files.makeFolder(dirname(target))
    if (kind === 'link') files.copyLink(join(from.path, path), target)
    else await storeBody(files, target, files.read(join(from.path, path)), { signal })
  }
  const copied = await inspectParcel(files, to, { signal })
  if (copied.sha256 !== manifest.sha256) throw changedMeanwhile(from.path)
}

function changedMeanwhile(path: string): UnsiloError {
  return new UnsiloError('busy', `${path} changed while it was copied; it was left where it is`, {
    hint: 'The next run takes it when nothing writes to it any more.',
    retryable: true,
  })
}
