import { join } from 'node:path'
import { type Bytes, type CodecName, codecForExtension, codecNamed } from '../codec/codec.ts'
import { UnsiloError } from '../errors.ts'
import { type Files, walkFiles } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import { storeBody } from './body.ts'
import type { CheckOptions } from './format/format.ts'
import { isUnclaimed, startContentCheck } from './format/inspect.ts'
import type { ParcelId } from './id.ts'
import { type Layout, logsOf } from './layout.ts'
import { type KnownFile, type Manifest, inspectParcel } from './manifest.ts'
import { type StagedFolder, openStagedFolder } from './staged-folder.ts'
import { type StoredParcel, listParcels, listSealed } from './store.ts'

/** A parcel that is being written, in `incomplete/`. */
export interface StagedParcel {
  readonly id: ParcelId
  /** Where a program writes it: it appends its own extension, or makes a folder of this name. */
  readonly path: string
  /** Streams `ID.extension`, compressed when the dataset says so, hashed and checked while it is written; `ParcelSink` says more. */
  write(extension: string, body: Bytes, madeBy?: 'unsilo'): Promise<void>
  /** Makes it a folder that is filled file by file; each file is compressed when the dataset says so. */
  folder(): Promise<StagedFolder>
  /** Throws away what was written so far, for another try. */
  clear(): Promise<void>
  /** Bytes that have arrived so far; it grows while the export works. */
  bytesSoFar(): number
  /** Bytes that it takes on the disk now. */
  bytesStored(): number
  /** What was written, hashed, checked and durable, ready to be sealed. @throws UnsiloError `empty`, `clash`, `wrong-content` */
  finish(): Promise<FinishedParcel>
}

export interface FinishedParcel {
  stored: StoredParcel
  manifest: Manifest
}

export interface StageOptions extends CheckOptions {
  compress: CodecName
  require?: string | undefined
  signal?: AbortSignal | undefined
}

export function stageParcel(files: Files, layout: Layout, id: ParcelId, options: StageOptions): StagedParcel {
  const codec = codecNamed(options.compress)
  const { require, isFooter, signal } = options
  const known = new Map<string, KnownFile>()
  let arrived = 0
  let isFilledHere = false

  const found = (): StoredParcel | undefined => listParcels(files, layout.incomplete).find((parcel) => parcel.id === id)

  const write = async (extension: string, body: Bytes, madeBy?: 'unsilo'): Promise<void> => {
    const name = [id, extension, codec?.extension ?? ''].filter((part) => part !== '').join('.')
    const path = join(layout.incomplete, name)
    const check = await startContentCheck(extension, require, { isFooter })
    const onBytes = (bytes: number): void => void (arrived = bytes)
    const { bytes, sha256 } = await storeBody(files, path, body, { codec, check, onBytes, signal })
    // What could not be checked in the stream (zip, SQLite) is read once more by `finish`.
    const isKnown = check !== undefined || (madeBy === 'unsilo' && require === undefined)
    if (isKnown || (await isUnclaimed(extension, require))) known.set(path, { bytes, sha256 })
    if (arrived === 0) throw new UnsiloError('empty', 'the command printed nothing', emptyDetails)
  }

  /** Replaces a file that a program wrote by its compressed form. */
  const compress = async (parcel: StoredParcel): Promise<StoredParcel> => {
    if (codec === undefined || isCompressed(parcel) || isFilledHere) return parcel
    if (parcel.isFolder) {
      throw new UnsiloError(
        'wrong-content',
        `compress = "${codec.name}" needs one file, and the command made a folder`,
        {
          hint: 'Remove `compress` from config.toml, or let the command write an archive.',
        },
      )
    }
    if (files.info(parcel.path)?.sizeBytes === 0) throw new UnsiloError('empty', 'the parcel is empty', emptyDetails)
    const body = files.read(parcel.path)
    await write(parcel.extension, body)
    await files.remove(parcel.path)
    return found() ?? parcel
  }

  return {
    id,
    path: join(layout.incomplete, id),
    write,
    folder() {
      isFilledHere = true
      const onBytes = (bytes: number): void => void (arrived += bytes)
      return openStagedFolder(files, join(layout.incomplete, id), { codec, signal, onBytes, known })
    },
    async clear() {
      known.clear()
      arrived = 0
      for (const { name } of files.list(layout.incomplete)) {
        if (name.startsWith(id)) await files.remove(join(layout.incomplete, name))
      }
    },
    bytesStored: () => sizeOnDisk(files, found()),
    bytesSoFar: () => (arrived > 0 ? arrived : sizeOnDisk(files, found())),
    async finish() {
      const written = found()
      if (written === undefined) {
        throw new UnsiloError('empty', 'the command ended well, but wrote nothing to $PARCEL_PATH', emptyDetails)
      }
      if (written.others.length > 0) {
        const names = [written.name, ...written.others].join(', ')
        throw new UnsiloError('clash', `the command wrote more than one parcel: ${names}`, {
          hint: 'Let it make a folder ($PARCEL_PATH) and write all files into that.',
        })
      }
      const stored = await compress(written)
      return { stored, manifest: await inspectParcel(files, stored, { require, isFooter, signal, known }) }
    },
  }
}

const emptyDetails = {
  hint: 'Run the command by hand and see what it prints.',
  retryable: true,
}

/** Of files that a codec would make larger rather than smaller, beside those of the codecs themselves. */
const packedExtensions = ['7z', 'bz2', 'tbz2', 'tgz', 'txz', 'tzst', 'xz', 'zip']

function isCompressed(parcel: StoredParcel): boolean {
  const last = parcel.extension.split('.').at(-1) ?? ''
  return codecForExtension(last) !== undefined || packedExtensions.includes(last)
}

function sizeOnDisk(files: Files, parcel: StoredParcel | undefined): number {
  if (parcel === undefined) return 0
  if (!parcel.isFolder) return files.info(parcel.path)?.sizeBytes ?? 0
  let total = 0
  for (const { path } of walkFiles(files, parcel.path)) total += files.info(join(parcel.path, path))?.sizeBytes ?? 0
  return total
}

/**
 * Moves a finished parcel into `data/`, where it is never changed again. A crash leaves it in one of the two folders, whole.
 * @throws UnsiloError `clash` when `data/` has a parcel of this id
 */
export async function moveIntoData(files: Files, layout: Layout, { stored, manifest }: FinishedParcel): Promise<void> {
  if (manifest.hashList !== undefined) await replaceFile(files, logsOf(layout, stored.id).hashes, manifest.hashList)
  files.makeFolder(layout.data)
  // rename(2) would silently replace a file of the same name.
  if (listSealed(files, layout).parcels.some((parcel) => parcel.id === stored.id)) {
    throw new UnsiloError('clash', `data/ has a parcel ${stored.id} already; it was not touched`, {
      hint: 'Export again: the new parcel gets another id.',
    })
  }
  files.rename(stored.path, join(layout.data, stored.name))
  await files.sync(layout.data)
}
