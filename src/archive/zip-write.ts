import { isUtf8 } from 'node:buffer'
import * as zlib from 'node:zlib'
import type { Bytes } from '../codec/codec.ts'
import { throughTransform } from '../codec/gzip.ts'
import { sayBytes } from '../system/byte-files.ts'
import { Deflater, deflateLevel } from './deflate.ts'
import type { ArchiveEntry, EntryCounts } from './entry.ts'
import { Gather } from './gather.ts'
import { type FileContent, openContent } from './read-file.ts'
import type { Troubles } from './troubles.ts'
import { type ZipEntry, dataDescriptor, directoryRecord, endRecords, localHeader, unixType } from './zip-record.ts'

/** Small entries that are compressed at the same time. */
const atOnce = 8
/** Deflate may add 5 bytes to 16 KB, so what is a little below 4 GiB needs room, too. */
const largeBytes = 0xffffffff - 2 * 1024 * 1024

type LargeContent = Exclude<FileContent, { whole: Buffer }>
type Packed = { entry: ZipEntry; content: Uint8Array }

/** A zip archive, with the zip64 extension where it is needed. Hard links become files of their own: zip knows none. */
export async function* writeZip(entries: Iterable<ArchiveEntry>, counts: EntryCounts, troubles: Troubles): Bytes {
  const deflater = new Deflater()
  try {
    yield* writeEntries(entries, counts, deflater, troubles)
  } finally {
    deflater.close()
  }
}

async function* writeEntries(
  entries: Iterable<ArchiveEntry>,
  counts: EntryCounts,
  deflater: Deflater,
  troubles: Troubles,
): Bytes {
  const gather = new Gather()
  const directory = new Directory()
  const waiting: Promise<Packed>[] = []

  async function writeNext(): Promise<Buffer[]> {
    const { entry, content } = await waiting.shift()!
    entry.offset = gather.total
    directory.add(entry)
    return [...gather.add(localHeader(entry)), ...gather.add(content)]
  }

  for (const entry of entries) {
    checkName(entry, troubles)
    const content = entry.kind === 'file' ? openContent(entry.path, troubles, false) : undefined
    if (entry.kind === 'file' && content === undefined) continue
    counts[countOf[entry.kind]]++
    if (content === undefined || content.whole !== undefined) {
      const packing = packSmall(entry, content, deflater)
      packing.catch(() => undefined)
      waiting.push(packing)
      if (waiting.length >= atOnce) for (const chunk of await writeNext()) yield chunk
      continue
    }
    try {
      while (waiting.length > 0) for (const chunk of await writeNext()) yield chunk
      yield* writeLarge(entry as FileEntry, content, gather, directory, deflater, troubles)
    } finally {
      content.close()
    }
  }
  while (waiting.length > 0) for (const chunk of await writeNext()) yield chunk
  const offset = gather.total
  for (const part of directory.chunks()) for (const chunk of gather.add(part)) yield chunk
  for (const chunk of gather.add(endRecords(directory.count, offset, directory.bytes))) yield chunk
  for (const chunk of gather.flush()) yield chunk
}

const countOf = { file: 'files', folder: 'folders', link: 'links' } as const

type FileEntry = ArchiveEntry & { kind: 'file' }

/** The records for the end of the archive; they are all that grows with the number of entries. */
class Directory {
  readonly #gather = new Gather()
  readonly #full: Buffer[] = []
  count = 0

  get bytes(): number {
    return this.#gather.total
  }

  add(entry: ZipEntry): void {
    this.#full.push(...this.#gather.add(directoryRecord(entry)))
    this.count++
  }

  *chunks(): Generator<Buffer> {
    yield* this.#full
    yield* this.#gather.flush()
  }
}

async function packSmall(entry: ArchiveEntry, file: FileContent | undefined, deflater: Deflater): Promise<Packed> {
  const whole = file?.whole ?? (entry.kind === 'link' ? entry.target : Buffer.alloc(0))
  const seen = file?.seen ?? (entry as Exclude<ArchiveEntry, FileEntry>).seen
  const packed = entry.kind === 'file' && whole.length > 0 ? await deflater.deflate(whole) : whole
  const isSmaller = packed.length < whole.length
  const content = isSmaller ? packed : whole
  const zipEntry: ZipEntry = {
    name: entry.kind === 'folder' ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name,
    unixMode: unixType[entry.kind] | seen.mode,
    modifiedNs: seen.modifiedNs,
    method: isSmaller ? 'deflated' : 'stored',
    crc32: zlib.crc32(whole),
    packedBytes: content.length,
    sizeBytes: whole.length,
    offset: 0,
    isStreamed: false,
    isLarge: false,
  }
  return { entry: zipEntry, content }
}

async function* writeLarge(
  { name, path }: FileEntry,
  first: LargeContent,
  gather: Gather,
  directory: Directory,
  deflater: Deflater,
  troubles: Troubles,
): Bytes {
  const entry = yield* writeStreamed(name, first, gather)
  const second = first.shouldRetry() ? openContent(path, troubles, true) : undefined
  if (second === undefined) {
    directory.add(entry)
    return
  }
  // What is written cannot be taken back, but only what is in the directory is in the archive.
  if (second.whole !== undefined) {
    const small = await packSmall({ kind: 'file', name, path, identity: undefined }, second, deflater)
    small.entry.offset = gather.total
    for (const chunk of gather.add(localHeader(small.entry))) yield chunk
    for (const chunk of gather.add(small.content)) yield chunk
    directory.add(small.entry)
    return
  }
  try {
    directory.add(yield* writeStreamed(name, second, gather))
  } finally {
    second.close()
  }
}

async function* writeStreamed(
  name: Buffer,
  content: LargeContent,
  gather: Gather,
): AsyncGenerator<Uint8Array, ZipEntry> {
  const { seen } = content
  const entry: ZipEntry = {
    name,
    unixMode: unixType.file | seen.mode,
    modifiedNs: seen.modifiedNs,
    method: 'deflated',
    crc32: 0,
    packedBytes: 0,
    sizeBytes: seen.sizeBytes,
    offset: gather.total,
    isStreamed: true,
    isLarge: seen.sizeBytes > largeBytes,
  }
  for (const chunk of gather.add(localHeader(entry))) yield chunk
  async function* summed(): Bytes {
    for await (const chunk of content.chunks()) {
      entry.crc32 = zlib.crc32(chunk, entry.crc32)
      yield chunk
    }
  }
  const before = gather.total
  const packed = throughTransform(summed(), zlib.createDeflateRaw({ level: deflateLevel, chunkSize: 256 * 1024 }))
  for await (const part of packed) for (const chunk of gather.add(part)) yield chunk
  entry.packedBytes = gather.total - before
  for (const chunk of gather.add(dataDescriptor(entry))) yield chunk
  return entry
}

function checkName({ name }: ArchiveEntry, troubles: Troubles): void {
  if (isUtf8(name)) return
  const said = `${sayBytes(name)}: the name is not UTF-8; it is stored as it is, and some programs show it differently`
  troubles.add('name', name, said)
}
