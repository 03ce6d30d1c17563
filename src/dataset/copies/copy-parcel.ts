import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { UnsiloError } from '../../errors.ts'
import type { PublishedEvent } from '../../ledger/event.ts'
import { hashLine } from '../../parcel/hash-list.ts'
import { orMissing, sizesBelow } from '../../target/look.ts'
import { removeAll } from '../../target/remove-all.ts'
import type { PublishableParcel } from '../acknowledgements.ts'
import { type ParcelContents, contentsOf, hashOf } from '../parcel-contents.ts'
import { checkStored, checkWhole, readBack } from './check.ts'
import { manifestName } from './manifest.ts'
import { readManifest } from './read-manifest.ts'
import { type StoredFile, uploadFiles } from './upload.ts'
import type { Work } from './work.ts'

/**
 * Copies one parcel to a target and checks it there. Where the place can rename, it is put aside first, so that nobody finds half
 * of a parcel; elsewhere the manifest says which are whole.
 *
 * @throws UnsiloError `corrupt` when it is not what was sealed, or the copy is not what was put
 */
export async function copyParcel(work: Work, parcel: PublishableParcel): Promise<PublishedEvent> {
  const { name, layout, encryption } = work
  const { id, stored: source } = parcel
  const contents = await contentsOf(work.dataset, work.context, parcel)
  // The file's own name has the suffix; a folder's has not, those of its files have.
  const suffix = source.isFolder ? '' : (encryption?.suffix ?? '')
  const path = `${layout.data(source.name)}${suffix}`
  const copied = (await findWhole(work, contents, parcel, path)) ?? (await putAndCheck(work, contents, parcel, path))
  const list = contents.hashList === undefined ? undefined : await putHashLists(work, contents, parcel, copied.stored)
  const bytes = copied.stored.reduce((sum, file) => sum + file.plainBytes, 0)
  return {
    event: 'published',
    parcel: id,
    target: name,
    files: contents.files.length,
    bytes,
    sha256: contents.sha256,
    how: copied.how,
    path,
    ...(source.isFolder ? { folder: true as const } : {}),
    ...(encryption === undefined ? {} : { stored: storedSum(copied.stored, list) }),
  }
}

interface Copied {
  stored: StoredFile[]
  how: PublishedEvent['how']
}

/**
 * What a run has brought there that was broken off before it could say so in the ledger. Every byte of it is read.
 *
 * @returns `undefined` when it has to be put there: nothing is there, or a part of it, or what is no copy of it.
 * @throws UnsiloError `clash` when somebody else's copy is there
 */
async function findWhole(
  work: Work,
  contents: ParcelContents,
  parcel: PublishableParcel,
  path: string,
): Promise<Copied | undefined> {
  const { isFolder } = parcel.stored
  if (!(await isTaken(work, path, isFolder))) return undefined
  if (work.encryption !== undefined) {
    // What is encrypted comes out otherwise each time: nobody here can tell whether it is the same.
    if (work.replaces) return undefined
    throw new UnsiloError('clash', `${path} is there already, and the ledger does not know of it`, {
      hint:
        'If another machine publishes under that name, give one of them a place of its own. If the ledger was lost: ' +
        `\`unsilo publish ${work.dataset.name} --target ${work.name} --backfill\` replaces it.`,
    })
  }
  const whole = await compare(work, contents)
  if (whole !== undefined) return whole
  await refuseOthers(work, contents, parcel, path)
  return undefined
}

async function isTaken({ target, context }: Work, path: string, isFolder: boolean): Promise<boolean> {
  if (isFolder) {
    for await (const _ of target.list(path, context.signal)) return true
    return false
  }
  const body = await orMissing(target.get(path, context.signal, { from: 0, bytes: 1 }))
  body?.resume()
  return body !== undefined
}

/** Reads what is in the place of a parcel. @returns `undefined` when it is not the same, or not all of it */
async function compare(work: Work, { files }: ParcelContents): Promise<Copied | undefined> {
  const stored: StoredFile[] = []
  for (const { path: source, sha256 } of files) {
    const to = work.layout.data(source)
    const there = await orMissing(readBack(work, to))
    if (there?.sha256 !== sha256) return undefined
    stored.push({ source, path: to, sha256, bytes: there.bytes, plainBytes: there.bytes, arrival: 'found' })
  }
  return { stored, how: 'read back' }
}

/** The manifest there names what is whole: of another content, it is that of another machine. @throws UnsiloError `clash` */
async function refuseOthers(
  work: Work,
  { sha256 }: ParcelContents,
  { id }: PublishableParcel,
  path: string,
): Promise<void> {
  const manifest = await readManifest(work, work.layout.record(manifestName))
  const other = manifest?.parcels.find((one) => one.id === id)
  if (other === undefined || other.sha256 === sha256) return
  throw clashing(path)
}

function clashing(path: string): UnsiloError {
  return new UnsiloError('clash', `${path} is there already, with another content`, {
    hint: 'Another machine publishes a dataset of that name there. Give one of them a place of its own, in unsilo.toml.',
  })
}

async function putAndCheck(
  work: Work,
  contents: ParcelContents,
  parcel: PublishableParcel,
  path: string,
): Promise<Copied> {
  const { target, context, layout, encryption } = work
  const { name, isFolder } = parcel.stored
  const isStaged = target.move !== undefined
  // Copies of the same content may be put aside in one place, and go on; others, and encrypted ones, may not meet.
  const mark = encryption === undefined ? contents.sha256.slice(0, 12) : randomBytes(6).toString('hex')
  const at = isStaged ? (file: string) => layout.staged(file, mark) : layout.data
  const folder = isFolder ? at(name) : undefined
  const there = folder === undefined ? new Map<string, number>() : await sizesBelow(target, folder, context.signal)
  const stored = await uploadFiles(work, contents, at, there)
  const how = await checkStored(work, stored, folder)
  if (!isStaged) return { stored, how }
  const staged = isFolder ? at(name) : `${at(name)}${encryption?.suffix ?? ''}`
  // A folder without files is no folder at most places.
  if (stored.length > 0) await moveInPlace(work, contents, parcel, staged, path)
  // From now on they are where the layout has them.
  const final = stored.map((file) => ({ ...file, path: `${layout.data(file.source)}${encryption?.suffix ?? ''}` }))
  return { stored: final, how }
}

/** What is in its place already was never acknowledged: it is of a run that was broken off, or of another machine just now. */
async function moveInPlace(
  work: Work,
  contents: ParcelContents,
  parcel: PublishableParcel,
  from: string,
  to: string,
): Promise<void> {
  const { target, context } = work
  const move = (): Promise<void> => target.move!(from, to, context.signal)
  try {
    await move()
  } catch (error) {
    if (!(error instanceof UnsiloError) || (error.code !== 'clash' && error.code !== 'not-found')) throw error
    const isSame = work.encryption === undefined && (await compare(work, contents)) !== undefined
    // Another machine has put the same there, and may have taken along what both had put aside.
    if (isSame) return removeAll(target, from, context.signal)
    if (error.code === 'not-found') throw error
    if (work.encryption === undefined) await refuseOthers(work, contents, parcel, to)
    await removeAll(target, to, context.signal)
    await move()
  }
}

/**
 * Puts the list of a folder's hashes, as sha256sum checks them there: of what is stored, and where that is encrypted, of what it
 * was, encrypted too.
 *
 * @returns The sha256 of the list of what is stored.
 */
async function putHashLists(
  work: Work,
  { hashList }: ParcelContents,
  { id }: PublishableParcel,
  stored: readonly StoredFile[],
): Promise<string> {
  const { layout, encryption } = work
  const to = layout.hashes(id)
  if (encryption === undefined) return putText(work, to, hashList!)
  await putText(work, to, hashList!, 'encrypted')
  const lines = stored.map(({ source, sha256 }) => hashLine(sha256, `${source}${encryption.suffix}`))
  return putText(work, to, lines.join(''))
}

function storedSum(stored: readonly StoredFile[], listSha256: string | undefined): { bytes: number; sha256: string } {
  const bytes = stored.reduce((sum, file) => sum + file.bytes, 0)
  return { bytes, sha256: listSha256 ?? stored[0]?.sha256 ?? hashOf('') }
}

/** Writes a small file and reads it back, unless the place has compared hashes. @returns The sha256 of what is there. */
export async function putText(
  { target, context, encryption }: Work,
  path: string,
  text: string,
  form: 'plain' | 'encrypted' = 'plain',
): Promise<string> {
  let bytes: Uint8Array = Buffer.from(text)
  let to = path
  if (form === 'encrypted' && encryption !== undefined) {
    bytes = await buffer(encryption.encrypt(once(bytes)))
    to += encryption.suffix
  }
  const sha256 = hashOf(bytes)
  const open = (): Readable => Readable.from([bytes], { objectMode: false })
  const arrival = await target.put(to, open, context.signal)
  if (arrival !== 'hashed') await checkWhole({ target, context }, { path: to, sha256 })
  return sha256
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
