import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import type { HashedFile } from './hash-list.ts'

/** A file that is not what was sealed. */
export interface Fault {
  /** As in the list of hashes. */
  path: string
  what: 'missing' | 'changed'
}

/**
 * Reads files from the first byte to the last, and compares their hashes. What lies beside them is not looked at.
 *
 * @param folder What the paths are relative to.
 * @throws UnsiloError `cancelled`; `io` when the disk cannot read one of them
 */
export async function faultsIn(
  files: Files,
  folder: string,
  expected: readonly HashedFile[],
  signal: AbortSignal,
): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const { path, sha256 } of expected) {
    const full = join(folder, path)
    if (files.info(full)?.kind !== 'file') faults.push({ path, what: 'missing' })
    else if ((await hashFile(files, full, signal)) !== sha256) faults.push({ path, what: 'changed' })
  }
  return faults
}

/** The sha256 of a file. @throws UnsiloError `cancelled` */
export async function hashFile(files: Files, path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of files.read(path)) {
    if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    hash.update(chunk)
  }
  return hash.digest('hex')
}
