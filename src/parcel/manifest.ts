import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { type Files, type FolderEntry, walkFiles } from '../system/files.ts'
import { mapPool } from '../system/pool.ts'
import type { CheckOptions } from './format/format.ts'
import { inspectFile } from './format/inspect.ts'
import { hashLine } from './hash-list.ts'
import type { StoredParcel } from './store.ts'

/** How many files of a folder are read at a time; more only makes a disk seek. */
const filesAtOnce = 4

export interface Manifest {
  files: number
  bytes: number
  /** Of the file; of a folder, that of `hashList`. */
  sha256: string
  /** Of a folder: one line a file, as sha256sum(1) writes them, with paths relative to the folder that holds the parcel. */
  hashList?: string
}

export interface KnownFile {
  bytes: number
  sha256: string
}

export interface InspectOptions extends CheckOptions {
  /** The format that the content must have, whatever its extension says. */
  require?: string | undefined
  signal?: AbortSignal | undefined
  /** What is known already of files, by path, because they were hashed, checked and synced when they were written. */
  known?: ReadonlyMap<string, KnownFile> | undefined
}

/**
 * Reads a parcel once: hashes it, checks that it parses as what its extension says, and makes it durable.
 * The files inside a folder are checked only when `require` asks for it: a folder may hold anything.
 *
 * @throws UnsiloError `empty`, `wrong-content`
 */
export async function inspectParcel(files: Files, parcel: StoredParcel, options: InspectOptions): Promise<Manifest> {
  const manifest = parcel.isFolder
    ? await inspectFolder(files, parcel, options)
    : await inspectSingleFile(files, parcel, options)
  if (manifest.bytes > 0) return manifest
  throw new UnsiloError('empty', manifest.files === 0 ? 'the parcel holds no file' : 'the parcel is empty (0 bytes)', {
    hint: 'Check that the command writes its data to $PARCEL_PATH, and that the account still shows any.',
    retryable: true,
  })
}

async function inspectSingleFile(files: Files, parcel: StoredParcel, options: InspectOptions): Promise<Manifest> {
  // A link is refused, too: what it leads to may change, or go, after the parcel is sealed.
  const info = isLink(files, parcel.path) ? undefined : files.info(parcel.path)
  if (info?.kind !== 'file') throw notAFile(parcel.name)
  // "Empty" says more than "not valid JSON".
  if (info.sizeBytes === 0) return { files: 1, bytes: 0, sha256: '' }
  const known = options.known?.get(parcel.path)
  if (known !== undefined) return { files: 1, ...known }
  await files.sync(parcel.path)
  const { require, isFooter, signal } = options
  return { files: 1, ...(await inspectFile(parcel.path, parcel.extension, { require, isFooter, signal })) }
}

async function inspectFolder(files: Files, parcel: StoredParcel, options: InspectOptions): Promise<Manifest> {
  const { require, isFooter, signal } = options
  const entries = [...walkFiles(files, parcel.path)]
  const inspected = await mapPool(entries, filesAtOnce, async ({ path, kind }) => {
    if (kind === 'link') return undefined
    if (kind !== 'file') throw notAFile(`${parcel.name}/${path}`)
    const full = join(parcel.path, path)
    const known = require === undefined ? options.known?.get(full) : undefined
    if (known !== undefined) return { path, ...known }
    await files.sync(full)
    const extension = require === undefined ? '' : path.slice(path.lastIndexOf('/') + 1).replace(/^[^.]*\.?/, '')
    const { bytes, sha256 } = await inspectFile(full, extension, { require, isFooter, signal })
    return { path, bytes, sha256 }
  })
  const regular = inspected.filter((file) => file !== undefined)
  for (const folder of foldersOf(files, parcel.path)) await files.sync(folder)
  const hashList = regular.map(({ path, sha256 }) => hashLine(sha256, `${parcel.name}/${path}`)).join('')
  const bytes = regular.reduce((sum, file) => sum + file.bytes, 0)
  return { files: regular.length, bytes, sha256: hashOf(hashList), hashList }
}

function isLink(files: Files, path: string): boolean {
  return files.list(dirname(path)).some(({ name, kind }) => kind === 'link' && name === basename(path))
}

function* foldersOf(files: Files, folder: string): Generator<string> {
  for (const entry of files.list(folder)) {
    if (isFolder(entry)) yield* foldersOf(files, join(folder, entry.name))
  }
  yield folder
}

const isFolder = (entry: FolderEntry): boolean => entry.kind === 'folder'

function notAFile(name: string): UnsiloError {
  return new UnsiloError('wrong-content', `${name} is neither a file nor a folder`, {
    hint: 'A parcel may hold files, folders and links inside folders; write a regular file to $PARCEL_PATH.',
  })
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
