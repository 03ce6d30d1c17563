import { createHash } from 'node:crypto'
import { type Bytes, codecForExtension } from '../codec/codec.ts'
import type { ArchiveEntry, EntryCounts } from './entry.ts'
import { writeTar } from './tar-write.ts'
import { type Tree, walkTrees } from './tree.ts'
import { type ArchiveWarning, Troubles } from './troubles.ts'
import { writeZip } from './zip-write.ts'

export const archiveFormats = ['zip', 'tar', 'tar.gz', 'tar.zst'] as const
/** Each is also the extension of its files. */
export type ArchiveFormat = (typeof archiveFormats)[number]

export interface ArchiveOptions {
  /** What to do about a file or folder that cannot be read; `reject` when it is missing. */
  unreadable?: 'reject' | 'warn' | undefined
  signal?: AbortSignal | undefined
}

export interface ArchiveSummary extends EntryCounts {
  /** Size of the archive. */
  bytes: number
  /** Of the archive, in hex. */
  sha256: string
  warnings: ArchiveWarning[]
}

/** An archive that is made while it is read, in constant memory. */
export interface Archive {
  /** To be read once. Throws what ends the archive; what was read until then is not whole. */
  body: Bytes
  /** What has come out so far: of the whole archive once the body has ended. */
  summary(): ArchiveSummary
}

/** Makes an archive of what is below some folders; the same files, names, modes and times give the same bytes. */
export function archiveTrees(format: ArchiveFormat, trees: readonly Tree[], options: ArchiveOptions = {}): Archive {
  const troubles = new Troubles(options.unreadable ?? 'reject')
  return archiveEntries(format, walkTrees(trees, troubles, options.signal), troubles, options.signal)
}

function archiveEntries(
  format: ArchiveFormat,
  entries: Iterable<ArchiveEntry>,
  troubles: Troubles,
  signal: AbortSignal | undefined,
): Archive {
  const counts: EntryCounts = { files: 0, folders: 0, links: 0 }
  const hash = createHash('sha256')
  let bytes = 0
  const plain = format === 'zip' ? writeZip(entries, counts, troubles) : writeTar(entries, counts, troubles)
  const codec = codecForExtension(format.slice(format.indexOf('.') + 1))
  async function* hashed(): Bytes {
    try {
      for await (const chunk of codec === undefined ? plain : codec.compress(plain, signal)) {
        signal?.throwIfAborted()
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
  return {
    body: hashed(),
    summary: () => ({ ...counts, bytes, sha256: hash.copy().digest('hex'), warnings: [...troubles.warnings] }),
  }
}
