import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import type { HashedFile } from '../../parcel/hash-list.ts'
import { faultsIn } from '../../parcel/verify.ts'
import { mapPool } from '../../system/pool.ts'
import type { Arrival, LocalFile } from '../../target/target.ts'
import { type ParcelContents, notSealed, sealedBytes } from '../parcel-contents.ts'
import { isCheckedInFull } from './check-kind.ts'
import type { Work } from './work.ts'

/** A file of a parcel, as it is at a target. */
export interface StoredFile extends HashedFile {
  /** Below `data/` here, without what encryption adds to its name. */
  source: string
  /** At the target. */
  path: string
  /** Of what is stored there, as is `sha256`. */
  bytes: number
  /** Before it was encrypted. */
  plainBytes: number
  arrival: Arrival | 'found'
}

/**
 * Brings all files of a parcel to a target, several at a time.
 *
 * @param at Where a path below `data/` goes.
 * @param there Sizes of what is there already, by path: what is of the same size is not sent again, and is to be read back.
 * @throws UnsiloError `corrupt` when a file is not what was sealed
 */
export async function uploadFiles(
  work: Work,
  { files }: ParcelContents,
  at: (path: string) => string,
  there: ReadonlyMap<string, number>,
): Promise<StoredFile[]> {
  const { target, context, encryption, dataset } = work
  const system = context.system.files
  const local = files.map(({ path, sha256 }): LocalFile => {
    const from = join(dataset.layout.data, path)
    const info = system.info(from)
    if (info?.kind !== 'file') throw notThere(from)
    return { path: `${at(path)}${encryption?.suffix ?? ''}`, from, sizeBytes: info.sizeBytes, sha256 }
  })
  const stored = (file: LocalFile, index: number, arrival: StoredFile['arrival']): StoredFile => ({
    source: files[index]!.path,
    path: file.path,
    bytes: file.sizeBytes,
    plainBytes: file.sizeBytes,
    sha256: file.sha256,
    arrival,
  })
  // What is encrypted comes out otherwise each time, so it cannot be compared with what is there.
  const isFound = (file: LocalFile): boolean => encryption === undefined && there.get(file.path) === file.sizeBytes
  if (encryption === undefined && target.putAll !== undefined) {
    // What is read back to its last byte is compared with the seal then.
    if (!isCheckedInFull(work)) await checkSealed(work, files)
    const missing = local.filter((file) => !isFound(file))
    const arrival = missing.length === 0 ? 'found' : await target.putAll(missing, context.signal)
    return local.map((file, index) => stored(file, index, isFound(file) ? 'found' : arrival))
  }
  const indexes = local.map((_, index) => index)
  return mapPool(indexes, target.parallel, async (index) => {
    const file = local[index]!
    if (isFound(file)) return stored(file, index, 'found')
    if (encryption !== undefined) return { ...stored(file, index, 'sent'), ...(await putEncrypted(work, file)) }
    return stored(file, index, await target.put(file.path, openSealed(work, file), context.signal, file))
  })
}

const chunkBytes = 256 * 1024

/** From its beginning, a body that breaks off at its end when it is not what was sealed; a part of it as it is. */
function openSealed({ context }: Work, { from, sha256 }: LocalFile): (start?: number) => Readable {
  const { files } = context.system
  return (start = 0) => {
    const body =
      start === 0
        ? sealedBytes(files, from, sha256)
        : files.read(from, { from: start, bytes: Number.POSITIVE_INFINITY })
    return Readable.from(body, { objectMode: false, highWaterMark: chunkBytes })
  }
}

async function putEncrypted(work: Work, file: LocalFile): Promise<Pick<StoredFile, 'arrival' | 'bytes' | 'sha256'>> {
  const { context, encryption, target } = work
  let hash = createHash('sha256')
  let bytes = 0
  async function* encrypted(): AsyncGenerator<Uint8Array> {
    hash = createHash('sha256')
    bytes = 0
    for await (const chunk of encryption!.encrypt(sealedBytes(context.system.files, file.from, file.sha256))) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  const open = (): Readable => Readable.from(encrypted(), { objectMode: false, highWaterMark: chunkBytes })
  const arrival = await target.put(file.path, open, context.signal)
  return { arrival, bytes, sha256: hash.digest('hex') }
}

/** Before a program reads the files itself, that they are what was sealed. */
async function checkSealed({ dataset, context }: Work, expected: readonly HashedFile[]): Promise<void> {
  const [fault] = await faultsIn(context.system.files, dataset.layout.data, expected, context.signal)
  if (fault === undefined) return
  const path = join(dataset.layout.data, fault.path)
  if (fault.what === 'missing') throw notThere(path)
  throw notSealed(path)
}

function notThere(path: string): UnsiloError {
  return new UnsiloError('corrupt', `${path} is missing`, {
    hint: 'If there is a copy elsewhere, put that in its place.',
  })
}
