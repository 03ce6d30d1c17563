import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { openEncryption } from '../copies/encryption.ts'
import type { NamedTarget } from '../copies/targets.ts'
import type { Context, Dataset } from '../dataset.ts'
import type { ViewFile } from './write-view-files.ts'

/**
 * Copies files of a view to a target, below `DATASET/published`; encrypted, where parcels are.
 *
 * @param folder Where they are here.
 * @throws UnsiloError
 */
export async function uploadViewFiles(
  dataset: Dataset,
  context: Context,
  { settings, open }: NamedTarget,
  folder: string,
  files: readonly ViewFile[],
): Promise<void> {
  if (files.length === 0) return
  const encryption = await openEncryption(settings)
  const target = await open()
  try {
    for (const { path, bytes, sha256 } of files) {
      if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
      const from = join(folder, path)
      const to = `${basename(dataset.layout.folder)}/published/${path}${encryption?.suffix ?? ''}`
      const read = (start = 0): AsyncIterable<Uint8Array> =>
        start === 0
          ? context.system.files.read(from)
          : context.system.files.read(from, { from: start, bytes: Number.POSITIVE_INFINITY })
      const body = (start?: number): Readable =>
        Readable.from(encryption === undefined ? read(start) : encryption.encrypt(read()), { objectMode: false })
      await target.put(to, body, context.signal, encryption === undefined ? { sizeBytes: bytes, sha256 } : undefined)
    }
  } finally {
    await target.close()
  }
}
