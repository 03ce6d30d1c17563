import { join } from 'node:path'
import type { ArchiveFormat } from '../archive/archive.ts'
import { copyTrees } from '../archive/copy.ts'
import { extractArchive } from '../archive/extract.ts'
import { type Codec, codecForExtension } from '../codec/codec.ts'
import { storeBody } from '../parcel/body.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { type Files, walkFiles } from '../system/files.ts'

export interface Unpacked {
  how: 'extracted' | 'decompressed' | 'copied'
  files: number
  warnings: string[]
}

export interface UnpackOptions {
  /** Copies the parcel as it is. */
  raw: boolean
  /** It is several archives that hold one tree between them. */
  split: boolean
  signal: AbortSignal
}

/** Puts what a parcel holds into an empty folder. Nothing is written outside of it. */
export async function unpack(
  files: Files,
  parcel: StoredParcel,
  folder: string,
  options: UnpackOptions,
): Promise<Unpacked> {
  const { raw, split, signal } = options
  if (parcel.isFolder)
    return split && !raw ? extractAll(files, parcel, folder, signal) : copyFolder(parcel, folder, signal)
  const format = raw ? undefined : archiveFormats.get(parcel.extension)
  if (format !== undefined) return extract(parcel.path, folder, format, signal)
  const codec = raw ? undefined : codecForExtension(parcel.extension.split('.').at(-1)!)
  return storeFile(files, parcel, folder, codec, signal)
}

/** Whether a parcel comes out of `unpack` otherwise than it lies there. */
export function isPacked(
  { isFolder, extension }: StoredParcel,
  { raw, split }: Omit<UnpackOptions, 'signal'>,
): boolean {
  if (raw || isFolder) return split && !raw
  return archiveFormats.has(extension) || codecForExtension(extension.split('.').at(-1)!) !== undefined
}

/** By the extension of the parcel. */
const archiveFormats = new Map<string, ArchiveFormat>([
  ['zip', 'zip'],
  ['tar', 'tar'],
  ['tar.gz', 'tar.gz'],
  ['tgz', 'tar.gz'],
  ['tar.zst', 'tar.zst'],
])

async function extract(
  path: string,
  folder: string,
  format: ArchiveFormat | undefined,
  signal: AbortSignal,
): Promise<Unpacked> {
  const { files, warnings } = await extractArchive(path, folder, { format, signal })
  return { how: 'extracted', files, warnings: warnings.map(({ message }) => message) }
}

async function extractAll(files: Files, parcel: StoredParcel, folder: string, signal: AbortSignal): Promise<Unpacked> {
  const all: Unpacked = { how: 'extracted', files: 0, warnings: [] }
  for (const { path } of walkFiles(files, parcel.path)) {
    const one = await extract(join(parcel.path, path), folder, undefined, signal)
    all.files += one.files
    all.warnings.push(...one.warnings)
  }
  return all
}

async function copyFolder(parcel: StoredParcel, folder: string, signal: AbortSignal): Promise<Unpacked> {
  const { files, warnings } = await copyTrees([{ folder: parcel.path }], folder, { signal })
  return { how: 'copied', files, warnings: warnings.map(({ message }) => message) }
}

async function storeFile(
  files: Files,
  { name, path }: StoredParcel,
  folder: string,
  codec: Codec | undefined,
  signal: AbortSignal,
): Promise<Unpacked> {
  const to = join(folder, codec === undefined ? name : name.slice(0, -codec.extension.length - 1))
  const body = files.read(path)
  const plain = codec === undefined ? body : codec.decompress(body, signal)
  async function* untilAborted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of plain) {
      signal.throwIfAborted()
      yield chunk
    }
  }
  await storeBody(files, to, untilAborted(), { signal })
  return { how: codec === undefined ? 'copied' : 'decompressed', files: 1, warnings: [] }
}
