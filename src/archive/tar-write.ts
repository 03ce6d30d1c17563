import type { Bytes } from '../codec/codec.ts'
import { type SeenFile, lookAt } from '../system/byte-files.ts'
import type { ArchiveEntry, EntryCounts } from './entry.ts'
import { Gather } from './gather.ts'
import { openContent, scratchBytes } from './read-file.ts'
import { tarBlockBytes, tarHeader, tarPadding, tarType } from './tar-header.ts'
import type { Troubles } from './troubles.ts'

/** GNU tar reads and writes in records of 20 blocks; an archive that ends elsewhere is valid, and some readers complain. */
const recordBytes = 20 * tarBlockBytes

/** A tar archive, with pax headers where the old ones are too small (POSIX.1-2017, pax). */
export async function* writeTar(entries: Iterable<ArchiveEntry>, counts: EntryCounts, troubles: Troubles): Bytes {
  const gather = new Gather()
  /** The name under which a file with several names is in the archive, by its identity. */
  const stored = new Map<string, Buffer>()
  // What is added to `gather` is copied, so all small files may share it.
  const scratch = Buffer.allocUnsafe(scratchBytes)
  for (const entry of entries) {
    if (entry.kind === 'file') {
      yield* writeFile(entry, gather, stored, counts, troubles, scratch)
      continue
    }
    counts[entry.kind === 'folder' ? 'folders' : 'links']++
    for (const chunk of gather.add(headerOf(entry))) yield chunk
  }
  const end = 2 * tarBlockBytes
  const fill = (recordBytes - ((gather.total + end) % recordBytes)) % recordBytes
  for (const chunk of gather.add(Buffer.alloc(end + fill))) yield chunk
  for (const chunk of gather.flush()) yield chunk
}

function headerOf(entry: Exclude<ArchiveEntry, { kind: 'file' }>): Buffer {
  const { name, seen: info } = entry
  if (entry.kind === 'link') return tarHeader({ type: tarType.link, name, info, sizeBytes: 0, linkName: entry.target })
  return tarHeader({ type: tarType.folder, name: Buffer.concat([name, Buffer.from('/')]), info, sizeBytes: 0 })
}

async function* writeFile(
  { name, path, identity }: ArchiveEntry & { kind: 'file' },
  gather: Gather,
  stored: Map<string, Buffer>,
  counts: EntryCounts,
  troubles: Troubles,
  scratch: Buffer,
): Bytes {
  const linkName = identity === undefined ? undefined : stored.get(identity)
  if (linkName !== undefined) {
    const info = lookAtNow(path, troubles)
    if (info === undefined) return
    const header = tarHeader({ type: tarType.hardLink, name, info, sizeBytes: 0, linkName })
    for (const chunk of gather.add(header)) yield chunk
    counts.files++
    return
  }
  for (let isRetry = false; ; isRetry = true) {
    const content = openContent(path, troubles, isRetry, scratch)
    if (content === undefined) return
    if (!isRetry) counts.files++
    const { seen } = content
    try {
      const header = tarHeader({ type: tarType.file, name, info: seen, sizeBytes: seen.sizeBytes })
      for (const chunk of gather.add(header)) yield chunk
      if (content.whole !== undefined) for (const chunk of gather.add(content.whole)) yield chunk
      else for await (const part of content.chunks()) for (const chunk of gather.add(part)) yield chunk
      for (const chunk of gather.add(tarPadding(seen.sizeBytes))) yield chunk
    } finally {
      content.close?.()
    }
    if (identity !== undefined) stored.set(identity, name)
    // What is written cannot be taken back. Of two entries of one name, the later one counts (tar(1), --update).
    if (content.whole !== undefined || !content.shouldRetry()) return
  }
}

function lookAtNow(path: Buffer, troubles: Troubles): SeenFile | undefined {
  try {
    return lookAt(path)
  } catch (error) {
    troubles.couldNotRead(path, error)
    return undefined
  }
}
