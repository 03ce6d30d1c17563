import { randomBytes } from 'node:crypto'
import { UnsiloError } from '../../errors.ts'
import type { Arrival, KnownBody, OpenBody } from '../target.ts'
import { type Folders, join, parentOf } from './folders.ts'
import type { Requests } from './requests.ts'
import { StatusError, hasStatus, statusCode } from './status.ts'
import { type OpenFile, type Window, upload } from './upload.ts'

// Flags of OPEN (draft-ietf-secsh-filexfer-02, section 6.3).
const toWrite = 0x02
const toCreate = 0x08
const toEmpty = 0x10
const onlyNew = 0x20

/** What a crash of the server may have torn at the end of a file that was not synced is sent again. */
const tornBytes = 1024 * 1024

export interface PutPlace {
  /** There. */
  path: string
  folders: Folders
  window: Window
  /** Temporary names that are being written: two files of the same content must not share one. */
  busy: Set<string>
  /** Makes an error of one that the server has refused; before anything is cleared away, as what it says depends on that. */
  explain(error: unknown): Promise<unknown>
}

/** Writes a file under a temporary name in its folder, and renames it. */
export async function putFile(
  requests: Requests,
  place: PutPlace,
  open: OpenBody,
  signal: AbortSignal,
  known?: KnownBody,
): Promise<Arrival> {
  const folder = parentOf(place.path)
  const derived = known === undefined || known.sizeBytes <= tornBytes ? undefined : temporary(folder, known.sha256)
  if (derived !== undefined && !place.busy.has(derived)) {
    try {
      return await putAs(requests, place, { name: derived, goOn: true }, open, signal, known)
    } catch (error) {
      // Another client was writing the same content, and has renamed it.
      if (!(error instanceof UnsiloError) || !hasStatus(error.cause, statusCode.missing)) throw error
    }
  }
  const name = temporary(folder, randomBytes(6).toString('hex'))
  return putAs(requests, place, { name, goOn: false }, open, signal, known)
}

/**
 * What is left of a put that was broken off goes on where the content is known. It is removed where the server has refused something:
 * with it, a full disk would stay full.
 */
async function putAs(
  requests: Requests,
  { path, folders, window, busy, explain }: PutPlace,
  { name, goOn }: { name: string; goOn: boolean },
  open: OpenBody,
  signal: AbortSignal,
  known: KnownBody | undefined,
): Promise<Arrival> {
  const folder = parentOf(path)
  busy.add(name)
  let [isOpen, isSent] = [false, false]
  try {
    const file = await openTemporary(requests, name, folder, folders, goOn ? known?.sizeBytes : undefined)
    isOpen = true
    // A folder that cannot be read is swept by no one; the file itself does not depend on it.
    const sweeping = folders.sweep(requests, folder, file.handle).catch(() => undefined)
    const body = file.position === 0 ? open() : open(file.position)
    const end = await upload(requests, window, file, body, signal)
    isSent = true
    if (known !== undefined && end !== known.sizeBytes) throw otherSize(path, end, known.sizeBytes)
    await replace(requests, name, path)
    await Promise.all([folders.sync(requests, folder), sweeping])
    return file.position === 0 ? 'sent' : 'resumed'
  } catch (error) {
    const told = await explain(error)
    if (isOpen && (!goOn || isSent || error instanceof StatusError)) {
      // The connection may be gone: then a later put into this folder removes it.
      await requests.remove(name).catch(() => undefined)
    }
    throw told
  } finally {
    busy.delete(name)
  }
}

/** As `isTemporaryName` knows it. */
function temporary(folder: string, hex: string): string {
  return join(folder, `.unsilo-${hex.slice(0, 12)}-upload.tmp`)
}

async function openTemporary(
  requests: Requests,
  name: string,
  folder: string,
  folders: Folders,
  goOnBytes: number | undefined,
): Promise<OpenFile> {
  const create = async (): Promise<OpenFile> => {
    try {
      return { handle: await requests.open(name, toWrite | toCreate | onlyNew), position: 0 }
    } catch (error) {
      const isThere = goOnBytes !== undefined && hasStatus(error, statusCode.failure, statusCode.exists)
      if (!isThere) throw error
      return goOn(requests, name, goOnBytes)
    }
  }
  try {
    return await create()
  } catch (error) {
    // Most folders are there: asking for that first would cost a round for each file.
    if (!hasStatus(error, statusCode.missing)) throw error
    await folders.make(requests, folder)
    return create()
  }
}

async function goOn(requests: Requests, name: string, sizeBytes: number): Promise<OpenFile> {
  const handle = await requests.open(name, toWrite)
  const { size } = await requests.statHandle(handle)
  if (size <= sizeBytes) return { handle, position: Math.max(0, size - tornBytes) }
  await requests.close(handle)
  return { handle: await requests.open(name, toWrite | toCreate | toEmpty), position: 0 }
}

async function replace(requests: Requests, from: string, to: string): Promise<void> {
  try {
    await requests.replace(from, to)
  } catch (error) {
    if (!hasStatus(error, statusCode.unsupported)) throw error
    await replaceInTwoSteps(requests, from, to)
  }
}

/** Where there is no posix-rename@openssh.com: between the two steps a reader finds neither the old file nor the new one. */
async function replaceInTwoSteps(requests: Requests, from: string, to: string): Promise<void> {
  try {
    await requests.rename(from, to)
  } catch (error) {
    if (!hasStatus(error, statusCode.failure, statusCode.exists, statusCode.notPermitted)) throw error
    await requests.remove(to)
    await requests.rename(from, to)
  }
}

function otherSize(path: string, bytes: number, knownBytes: number): UnsiloError {
  return new UnsiloError('incomplete', `${path}: ${bytes} bytes came instead of ${knownBytes}`, {
    hint: 'The file has changed since it was measured: verify the parcel here.',
  })
}
