import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { type HashedFile, hashLine, readHashList } from '../parcel/hash-list.ts'
import { logsOf } from '../parcel/layout.ts'
import { hashFile } from '../parcel/verify.ts'
import { type Files, walkFiles } from '../system/files.ts'
import type { Context, Dataset } from './dataset.ts'
import { type ParcelRecord, isEvent } from './history.ts'

/** What a parcel was when it was sealed: what a copy of it has to be. */
export interface ParcelContents {
  /** Its files, with paths relative to `data/`. */
  files: HashedFile[]
  /** Of the file; of a folder, that of `hashList`. */
  sha256: string
  /** Of a folder: `log/ID.sha256`. */
  hashList: string | undefined
}

/**
 * Says what a sealed parcel holds, by the hashes of its seal; the files themselves are not read. Where there are none, as of
 * a parcel that the ledger does not know, it is what lies there now.
 *
 * @throws UnsiloError `corrupt` when a folder has no list of hashes any more and is not what was sealed; `clash`
 */
export async function contentsOf(dataset: Dataset, context: Context, parcel: ParcelRecord): Promise<ParcelContents> {
  const { files } = context.system
  const { layout } = dataset
  const { id, stored, ended } = parcel
  if (stored === undefined) throw new UnsiloError('not-found', `${dataset.name} has no data of ${id}`)
  if (stored.others.length > 0) {
    throw new UnsiloError('clash', `data/ has more than one of ${id}: ${[stored.name, ...stored.others].join(', ')}`, {
      hint: `A parcel is one file or one folder: move the others out of ${layout.data}.`,
    })
  }
  const sealed = isEvent(ended, 'sealed') ? detailsOf(ended, layout.ledger).sha256 : undefined
  if (!stored.isFolder) {
    const sha256 = sealed ?? (await hashFile(files, stored.path, context.signal))
    return { files: [{ path: stored.name, sha256 }], sha256, hashList: undefined }
  }
  const kept = files.readText(logsOf(layout, id).hashes)
  const hashList = kept !== undefined && hashOf(kept) === sealed ? kept : await listHashes(stored, context)
  const sha256 = hashOf(hashList)
  if (sealed === undefined || sealed === sha256) return { files: readHashList(hashList), sha256, hashList }
  throw new UnsiloError('corrupt', `${stored.path} is not what was sealed: its hashes give ${sha256}, not ${sealed}`, {
    hint: 'Look at it; if there is a copy elsewhere, put that in its place.',
  })
}

async function listHashes(stored: { name: string; path: string }, { system, signal }: Context): Promise<string> {
  const { files } = system
  const lines: string[] = []
  for (const { path, kind } of walkFiles(files, stored.path)) {
    if (kind !== 'file') continue
    lines.push(hashLine(await hashFile(files, join(stored.path, path), signal), `${stored.name}/${path}`))
  }
  return lines.join('')
}

/** Yields a file of a parcel, and breaks off with an error at its end when it is not what was sealed. */
export async function* sealedBytes(files: Files, path: string, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of files.read(path)) {
      hash.update(chunk)
      yield chunk
    }
  } catch (error) {
    const { message, hint } = expectUnsiloError(error)
    throw new UnsiloError('corrupt', message, { cause: error, ...(hint === undefined ? {} : { hint }) })
  }
  if (hash.digest('hex') !== sha256) throw notSealed(path)
}

export function notSealed(path: string): UnsiloError {
  return new UnsiloError('corrupt', `${path} is not what was sealed: it has another hash`, {
    hint: 'Look at it, and at the disk; if there is a copy elsewhere, put that in its place.',
  })
}

export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
