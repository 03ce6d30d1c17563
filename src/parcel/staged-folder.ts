import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type Bytes, type Codec, codecForExtension } from '../codec/codec.ts'
import { isPrinted } from '../codec/printed.ts'
import { type FileSink, type Files, walkFiles } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import { storeBody } from './body.ts'
import type { KnownFile } from './manifest.ts'

/** A parcel that is a folder, while it is being filled; paths are relative to it. `ParcelFolder` of `source/` says what each method promises. */
export type StagedFolder = Awaited<ReturnType<typeof openStagedFolder>>

interface StagedFolderOptions {
  codec: Codec | undefined
  signal: AbortSignal | undefined
  onBytes(bytes: number): void
  /** Takes what is known of the files that are whole and durable, by path. */
  known: Map<string, KnownFile>
}

export async function openStagedFolder(files: Files, folder: string, options: StagedFolderOptions) {
  const { known } = options
  const prepared = new Set<string>()
  /** Makes the folder that `path` lies in, and its name durable. */
  const prepare = async (path: string): Promise<void> => {
    const parent = dirname(path)
    if (prepared.has(parent)) return
    prepared.add(parent)
    if (files.info(parent) !== undefined) return
    if (parent !== folder) await prepare(parent)
    files.makeFolder(parent)
    await files.sync(dirname(parent))
  }
  await prepare(join(folder, '.'))
  files.makeFolder(folder)
  await files.sync(dirname(folder))
  const at = (path: string): string => join(folder, path)

  return {
    paths: (): string[] => [...walkFiles(files, folder)].map(({ path }) => path),
    async create(path: string, body: Bytes): Promise<{ path: string; bytes: number; sha256: string }> {
      const { codec, signal } = options
      const stored = codec === undefined ? path : `${path}.${codec.extension}`
      await prepare(at(stored))
      let before = 0
      const isStraight = isPrinted(body) && codec?.compressPrinted !== undefined
      const hash = codec === undefined || isStraight ? undefined : createHash('sha256')
      const check = hash === undefined ? undefined : { write: (chunk: Uint8Array) => void hash.update(chunk), end() {} }
      const onBytes = (bytes: number): void => {
        options.onBytes(bytes - before)
        before = bytes
      }
      try {
        const { rawBytes, bytes, sha256 } = await storeBody(files, at(stored), body, { codec, check, onBytes, signal })
        await files.sync(dirname(at(stored)))
        known.set(at(stored), { bytes, sha256 })
        return { path: stored, bytes: rawBytes, sha256: hash?.digest('hex') ?? sha256 }
      } catch (error) {
        await files.remove(at(stored)).catch(() => undefined)
        throw error
      }
    },
    async replace(path: string, text: string): Promise<void> {
      await prepare(at(path))
      known.delete(at(path))
      await replaceFile(files, at(path), text)
    },
    async append(path: string): Promise<FileSink> {
      await prepare(at(path))
      known.delete(at(path))
      const isNew = files.info(at(path)) === undefined
      const sink = await files.append(at(path))
      try {
        if (isNew) await files.sync(dirname(at(path)))
      } catch (error) {
        await sink.close()
        throw error
      }
      return sink
    },
    read(path: string): Bytes {
      const codec = codecForExtension(path.slice(path.lastIndexOf('.') + 1))
      const body = files.read(at(path))
      return codec === undefined ? body : codec.decompress(body, options.signal)
    },
    readText: (path: string): string | undefined => files.readText(at(path)),
    truncate(path: string, bytes: number): Promise<void> {
      known.delete(at(path))
      return files.truncate(at(path), bytes)
    },
    remove(path: string): Promise<void> {
      known.delete(at(path))
      return files.remove(at(path))
    },
    async clear(): Promise<void> {
      for (const { name } of files.list(folder)) await files.remove(at(name))
      known.clear()
      prepared.clear()
    },
  }
}
