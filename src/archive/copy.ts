import { isUtf8 } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { sayBytes } from '../system/byte-files.ts'
import type { ArchiveOptions, ArchiveSummary } from './archive.ts'
import { Destination } from './destination.ts'
import type { ArchiveEntry, EntryCounts } from './entry.ts'
import { openContent } from './read-file.ts'
import type { StoredEntry } from './stored.ts'
import { type Tree, walkTrees } from './tree.ts'
import { Troubles } from './troubles.ts'

export type CopySummary = Omit<ArchiveSummary, 'sha256'>

/** How long files are copied without a look at anything else, in ms. */
const turnMs = 20

/**
 * Copies what is below some folders into another one, with modes, times, links and hard links. A name that is not UTF-8 is
 * written as `\xNN` and warned of. The owner may always read what is copied, and change its folders: it could not be
 * checked, or removed, otherwise. What is copied is not durable yet.
 *
 * @param folder Is created when it is missing, but not the folder around it.
 */
export async function copyTrees(
  trees: readonly Tree[],
  folder: string,
  { unreadable, signal }: ArchiveOptions = {},
): Promise<CopySummary> {
  const troubles = new Troubles(unreadable ?? 'reject')
  const counts: EntryCounts = { files: 0, folders: 0, links: 0 }
  const destination = new Destination(folder)
  /** Under which name a file with several names was copied, by its identity. */
  const copied = new Map<string, Buffer>()
  let bytes = 0
  let turnedAt = performance.now()
  for (const entry of walkTrees(trees, troubles, signal)) {
    if (performance.now() - turnedAt > turnMs) {
      await turn()
      signal?.throwIfAborted()
      turnedAt = performance.now()
    }
    const name = textName(entry.name, troubles)
    if (entry.kind === 'file') {
      bytes += await copyFile({ ...entry, name }, destination, { copied, counts, troubles, signal })
      continue
    }
    counts[entry.kind === 'folder' ? 'folders' : 'links']++
    const stored = storedEntry(entry.kind, name, entry.seen)
    if (entry.kind === 'link') destination.link({ ...stored, target: entry.target })
    else destination.folder({ ...stored, mode: stored.mode | 0o700 })
  }
  destination.finish()
  return { ...counts, bytes, warnings: troubles.warnings }
}

interface Copying {
  copied: Map<string, Buffer>
  counts: EntryCounts
  troubles: Troubles
  signal: AbortSignal | undefined
}

async function copyFile(
  { name, path, identity }: ArchiveEntry & { kind: 'file' },
  destination: Destination,
  { copied, counts, troubles, signal }: Copying,
): Promise<number> {
  const existing = identity === undefined ? undefined : copied.get(identity)
  if (existing !== undefined) {
    destination.hardLink({ ...storedEntry('hard link', name, { mode: 0, modifiedNs: 0n }), target: existing })
    counts.files++
    return 0
  }
  for (let isRetry = false; ; isRetry = true) {
    const content = openContent(path, troubles, isRetry)
    if (content === undefined) return 0
    if (!isRetry) counts.files++
    try {
      const file = destination.file(storedEntry('file', name, content.seen))
      try {
        if (content.whole !== undefined) await file.write(content.whole)
        else {
          for await (const chunk of content.chunks()) {
            signal?.throwIfAborted()
            await file.write(chunk)
          }
        }
        file.setModeAndTime({ mode: content.seen.mode | 0o400, modifiedNs: content.seen.modifiedNs })
      } catch (error) {
        file.discard()
        throw error
      }
      file.close()
    } finally {
      content.close?.()
    }
    if (identity !== undefined) copied.set(identity, name)
    if (content.whole !== undefined || !content.shouldRetry()) return content.seen.sizeBytes
  }
}

function storedEntry(
  kind: StoredEntry['kind'],
  name: Buffer,
  { mode, modifiedNs }: Pick<StoredEntry, 'mode' | 'modifiedNs'>,
): StoredEntry {
  return { kind, name, mode, modifiedNs, target: Buffer.alloc(0), body: async function* () {} }
}

/** Parcels are hashed, listed and published by names that are text. */
function textName(name: Buffer, troubles: Troubles): Buffer {
  if (isUtf8(name)) return name
  const parts = splitAt(name)
  const text = Buffer.from(parts.map((part) => (isUtf8(part) ? part.toString('utf8') : sayBytes(part))).join('/'))
  if (!isUtf8(parts.at(-1)!)) troubles.add('name', name, `a name that is not UTF-8 was copied as ${text.toString()}`)
  return text
}

function splitAt(name: Buffer): Buffer[] {
  return name
    .toString('latin1')
    .split('/')
    .map((part) => Buffer.from(part, 'latin1'))
}
