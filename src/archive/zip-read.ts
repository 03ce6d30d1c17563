import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { fileError } from '../system/file-error.ts'
import { type StoredEntry, inEntry, notWhole } from './stored.ts'
import { unixType } from './zip-record.ts'

const typeBits = 0o170000
/** Longest link target (PATH_MAX of Linux). */
const longestTarget = 4096

/**
 * The entries of a zip archive, as its directory lists them. Names keep their bytes.
 *
 * @throws UnsiloError `wrong-content` where the archive or an entry is damaged
 */
export async function* readZip(path: string): AsyncGenerator<StoredEntry> {
  const archive = await openZip(path)
  try {
    let storedBytes = 0
    for await (const entry of entriesOf(archive, path)) {
      storedBytes += entry.compressedSize
      // Entries that share bytes make a small file of unlimited content (a zip bomb).
      if (storedBytes > archive.fileSize) throw notWhole('zip', 'entries overlap')
      yield await storedEntry(archive, entry, path)
    }
  } finally {
    archive.close()
  }
}

async function openZip(path: string): Promise<ZipFile> {
  // The default: in the bundle a CommonJS package has no other names.
  const { default: yauzl } = await import('yauzl')
  try {
    // yauzl would guess the encoding of names, and change some.
    return await yauzl.openPromise(path, { decodeStrings: false, autoClose: false })
  } catch (error) {
    throw zipError(error, path)
  }
}

async function* entriesOf(archive: ZipFile, path: string): AsyncGenerator<Entry> {
  const entries = archive.eachEntry()
  for (;;) {
    const next = await entries.next().catch((error: unknown) => {
      throw zipError(error, path)
    })
    if (next.done === true) return
    yield next.value
  }
}

async function storedEntry(archive: ZipFile, entry: Entry, path: string): Promise<StoredEntry> {
  const name = Buffer.from(entry.fileNameRaw)
  // Only Unix writes modes (APPNOTE 4.4.2.2: 3; 19 is macOS).
  const isUnix = [3, 19].includes(entry.versionMadeBy >>> 8)
  const unixMode = isUnix ? entry.externalFileAttributes >>> 16 : 0
  const type = unixMode & typeBits
  const isFolder = name.at(-1) === 0x2f || type === unixType.folder
  const body = (): AsyncGenerator<Uint8Array> => bodyOf(archive, entry, name, path)
  const isSpecial = type !== 0 && !(Object.values(unixType) as number[]).includes(type)
  const kind = type === unixType.link ? 'link' : isFolder ? 'folder' : isSpecial ? 'special' : 'file'
  return {
    kind,
    name,
    mode: unixMode === 0 ? (isFolder ? 0o755 : 0o644) : unixMode & 0o7777,
    modifiedNs: BigInt(entry.getLastModDate({ timezone: 'UTC' }).getTime()) * 1_000_000n,
    target: kind === 'link' ? await targetOf(entry, name, body()) : Buffer.alloc(0),
    body,
  }
}

async function targetOf(entry: Entry, name: Buffer, body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (entry.uncompressedSize > longestTarget) throw notWhole('zip', inEntry(name, 'its link is too long'))
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* bodyOf(archive: ZipFile, entry: Entry, name: Buffer, path: string): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted()) throw notWhole('zip', inEntry(name, 'it is encrypted'))
  if (!entry.canDecodeFileData()) throw notWhole('zip', inEntry(name, 'it is compressed in an unknown way'))
  let sum = 0
  let bytes = 0
  try {
    const body: Readable = await archive.openReadStreamPromise(entry)
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      sum = crc32(chunk, sum)
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw zipError(error, path, name)
  }
  if (bytes !== entry.uncompressedSize) {
    throw notWhole('zip', inEntry(name, `${bytes} bytes instead of ${entry.uncompressedSize}`))
  }
  if (sum !== entry.crc32) throw notWhole('zip', inEntry(name, 'its checksum (CRC-32) is wrong'))
}

function zipError(error: unknown, path: string, name?: Buffer): unknown {
  if (!(error instanceof Error) || error instanceof TypeError) return error
  // zlib's errors carry an errno too, but no system call.
  if ('syscall' in error) return fileError(error, 'read', path)
  return notWhole('zip', name === undefined ? error.message : inEntry(name, error.message), error)
}
