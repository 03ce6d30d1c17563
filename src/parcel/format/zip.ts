import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Entry, type ZipFile, openPromise } from 'yauzl'
import { UnsiloError } from '../../errors.ts'
import { fileError } from '../../system/file-error.ts'
import type { Format } from './format.ts'

/**
 * Reads a zip archive to its end: the central directory, then every entry, whose size and CRC-32 have to be as the
 * directory says. Of an entry that is encrypted, or packed in a way other than "deflate", only the place and size are checked.
 */
async function checkZip(path: string, signal: AbortSignal | undefined): Promise<void> {
  const archive = await openZip(path)
  let name: string | undefined
  try {
    let storedBytes = 0
    for await (const entry of archive.eachEntry()) {
      signal?.throwIfAborted()
      name = entryName(entry)
      storedBytes += entry.compressedSize
      // Entries that share bytes make a small file of unlimited content (a zip bomb).
      if (storedBytes > archive.fileSize) throw new Error('entries overlap')
      await checkEntry(archive, entry, signal)
      name = undefined
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw notWhole(error, path, name)
  } finally {
    archive.close()
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    // Names stay bytes: yauzl would refuse absolute paths and "..", which say nothing about whether the archive is whole.
    return await openPromise(path, { decodeStrings: false, autoClose: false })
  } catch (error) {
    throw notWhole(error, path, undefined)
  }
}

async function checkEntry(archive: ZipFile, entry: Entry, signal: AbortSignal | undefined): Promise<void> {
  if (!entry.canDecodeFileData()) {
    await archive.readLocalFileHeaderPromise(entry, { minimal: true })
    return
  }
  const body: Readable = await archive.openReadStreamPromise(entry)
  let sum = 0
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted()
    sum = crc32(chunk, sum)
    bytes += chunk.length
  }
  if (bytes !== entry.uncompressedSize) throw new Error(`${bytes} bytes instead of ${entry.uncompressedSize}`)
  if (sum !== entry.crc32) throw new Error('its checksum (CRC-32) is wrong')
}

function entryName(entry: Entry): string {
  return Buffer.from(entry.fileNameRaw).toString('utf8')
}

function notWhole(error: unknown, path: string, name: string | undefined): unknown {
  if (!(error instanceof Error)) return error
  // zlib's errors carry an errno too, but no system call.
  if ('syscall' in error) return fileError(error, 'read', path)
  const where = name === undefined ? '' : `entry "${name}": `
  return new UnsiloError('wrong-content', `not a whole zip archive: ${where}${error.message}`, {
    hint: 'The file is damaged or was cut off; export it again.',
    cause: error,
  })
}

export const zip: Format = {
  name: 'zip',
  extensions: ['zip', 'apk', 'cbz', 'docx', 'epub', 'ipa', 'jar', 'kmz', 'odp', 'ods', 'odt', 'pptx', 'whl', 'xlsx'],
  checkFile: checkZip,
}
