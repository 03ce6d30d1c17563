import { type Hash, createHash } from 'node:crypto'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import type { Arrival, KnownBody, OpenBody } from '../target.ts'
import { type RemoteChecksum, checksumIn, checksumOf } from './checksum.ts'
import type { FtpConnection } from './connection.ts'
import type { FtpFolders } from './folders.ts'
import { type FtpReply, isRefusal, refusal } from './ftp-error.ts'
import { saysForbidden } from './listing.ts'
import { lookAt, sizeOf } from './place.ts'

export interface UploadJob {
  /** Where the file goes, and where it is written first; both absolute, in one folder. */
  path: string
  temporary: string
  open: OpenBody
  known: KnownBody | undefined
  /** Whether what is at `temporary` is the begin of the body. */
  mayResume: boolean
  /** With the port, for messages. */
  host: string
  /** Called when there is a file at `temporary`, whole or not. */
  begin(): void
}

/** A crash of the server may have torn the end of what it had; so much of it is sent again. */
const tornBytes = 1024 * 1024

/**
 * Writes one file under its temporary name, has it checked, and gives it its name.
 *
 * @throws The body's own error, or an UnsiloError; what is at `temporary` stays.
 */
export async function upload(connection: FtpConnection, job: UploadJob, folders: FtpFolders): Promise<Arrival> {
  const { path, temporary, host } = job
  const folder = posix.dirname(path)
  await folders.make(connection, folder)
  const checksum = checksumOf(connection.features)
  const there = job.mayResume ? await sizeOf(connection, temporary) : undefined
  const from = whereToGoOn(there, job.known)
  let sent = await send(connection, job, from, checksum)
  if (isRefusal(sent.reply) && !sent.hasBegun) {
    // The folder may have been removed since, or the server does not let one go on in a file.
    folders.forget()
    await folders.make(connection, folder)
    sent = await send(connection, job, 0, checksum)
  }
  if (isRefusal(sent.reply)) throw refusal(sent.reply, `cannot write ${path} on ${host}`)
  const isHashed = await checkArrival(connection, job, sent, checksum)
  await nameIt(connection, job)
  // What is not cleared away now is cleared away another time.
  await folders.clear(connection, folder, path).catch(() => undefined)
  if (isHashed) return 'hashed'
  return sent.from > 0 ? 'resumed' : 'sent'
}

/** From which byte on to send, when there are so many already. */
export function whereToGoOn(thereBytes: number | undefined, known: KnownBody | undefined): number {
  if (thereBytes === undefined || known === undefined || thereBytes > known.sizeBytes) return 0
  return Math.max(0, thereBytes - tornBytes)
}

interface Sent {
  reply: FtpReply
  from: number
  /** Whether the server has taken, or emptied, the file. */
  hasBegun: boolean
  bytes: number
  hash: Hash | undefined
}

async function send(
  connection: FtpConnection,
  { open, known, temporary, begin }: UploadJob,
  from: number,
  checksum: RemoteChecksum | undefined,
): Promise<Sent> {
  const isKnown = known !== undefined && checksum?.algorithm === 'sha256'
  const hash = checksum === undefined || from > 0 || isKnown ? undefined : createHash(checksum.algorithm)
  const sent = { from, hasBegun: false, bytes: 0, hash }
  // What the other side of the stream does, TypeScript does not see.
  const state: { body?: Readable; fault?: { error: unknown } } = {}
  async function* chunks(): AsyncGenerator<Uint8Array> {
    sent.hasBegun = true
    begin()
    const body = open(from)
    state.body = body
    // An error that is thrown in here may also come from the connection, which ends the stream.
    body.once('error', (error) => (state.fault ??= { error }))
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
      sent.bytes += bytes.length
      hash?.update(bytes)
      yield bytes
    }
    if (sent.bytes === 0) await connection.beforeEmptyEnd()
  }
  const source = Readable.from(chunks(), { objectMode: false })
  try {
    const reply = await connection.store(source, temporary, from)
    return { ...sent, reply }
  } catch (error) {
    throw state.fault === undefined ? error : state.fault.error
  } finally {
    source.destroy()
    state.body?.destroy()
  }
}

/**
 * A line that is cut looks to the server like the end of the file.
 *
 * @returns Whether it was compared by a hash.
 * @throws UnsiloError when something else has arrived than was sent
 */
async function checkArrival(
  connection: FtpConnection,
  { path, temporary, host, known }: UploadJob,
  { from, bytes, hash }: Sent,
  checksum: RemoteChecksum | undefined,
): Promise<boolean> {
  const expected = checksum?.algorithm === 'sha256' && known !== undefined ? known.sha256 : hash?.digest('hex')
  const arrived = expected === undefined ? undefined : await remoteHash(connection, checksum!, temporary)
  const wrong = async (what: string): Promise<UnsiloError> => {
    // Nobody shall go on with it.
    await connection.ask(`DELE ${temporary}`)
    return new UnsiloError('network', `${path} did not arrive whole on ${host}: ${what}`, {
      hint: 'Run again.',
      retryable: true,
    })
  }
  if (arrived !== undefined) {
    if (arrived === expected) return true
    throw await wrong(`its ${checksum!.algorithm} there is ${arrived}, and ${expected} was expected`)
  }
  const size = await sizeOf(connection, temporary)
  if (size !== undefined && size !== from + bytes) throw await wrong(`${size} bytes are there of ${from + bytes}`)
  return false
}

async function remoteHash(
  connection: FtpConnection,
  checksum: RemoteChecksum,
  path: string,
): Promise<string | undefined> {
  let reply: FtpReply | undefined
  for (const command of checksum.commands(path)) {
    reply = await connection.ask(command)
    if (isRefusal(reply)) return undefined
  }
  return reply === undefined ? undefined : checksumIn(reply, checksum.algorithm)
}

async function nameIt(connection: FtpConnection, { path, temporary, host }: UploadJob): Promise<void> {
  const refused = await rename(connection, temporary, path)
  if (refused === undefined) return
  const cannot = `cannot write ${path} on ${host}`
  if (refused.isMissing) {
    throw new UnsiloError('busy', `${cannot}: something else has taken ${temporary} away`, {
      hint: 'Does another unsilo upload the same? Run again.',
      retryable: true,
    })
  }
  const found = await lookAt(connection, path)
  if (found.kind === 'folder') throw isFolder(path, host)
  if (found.kind === 'nothing') throw refusal(refused.reply, cannot)
  // Some servers do not rename over a file (IIS). For a moment there is none; the old one comes back when the new one does not.
  const old = temporary.replace(/-[^-]*$/, '-old.tmp')
  const refusedOld = await rename(connection, path, old)
  if (refusedOld !== undefined) throw refusal(refusedOld.reply, cannot)
  const refusedAgain = await rename(connection, temporary, path)
  if (refusedAgain !== undefined) {
    await rename(connection, old, path)
    throw refusal(refusedAgain.reply, cannot)
  }
  await connection.ask(`DELE ${old}`)
}

export interface RefusedRename {
  reply: FtpReply
  /** There is nothing to rename. */
  isMissing: boolean
}

/** @returns The refusal, if there is one. */
export async function rename(connection: FtpConnection, from: string, to: string): Promise<RefusedRename | undefined> {
  const ready = await connection.ask(`RNFR ${from}`)
  if (isRefusal(ready)) return { reply: ready, isMissing: !saysForbidden(ready) }
  const renamed = await connection.ask(`RNTO ${to}`)
  return isRefusal(renamed) ? { reply: renamed, isMissing: false } : undefined
}

export function isFolder(path: string, host: string): UnsiloError {
  return new UnsiloError('clash', `${path} on ${host} is a folder, and a file is expected`, {
    hint: 'Look at what is in there, and move it away.',
  })
}
