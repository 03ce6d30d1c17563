import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import { UnsiloError } from '../../errors.ts'
import { StatusError, statusCode } from './status.ts'

/** Room on the file system behind a path (statvfs(3)). */
interface Space {
  freeBytes: number
  freeFiles: number
  isReadOnly: boolean
}

/**
 * SFTP's requests, each a promise. They are sent when they are called, without waiting for the answers of those before; a server
 * works off those for one file in this order (draft-ietf-secsh-filexfer-02, section 6.1).
 *
 * @throws StatusError when the server says no; the UnsiloError of `lose` when the connection is gone
 */
export interface Requests {
  /** The most bytes that go into one READ and one WRITE. */
  readonly maxBytes: number
  open(path: string, flags: number): Promise<Buffer>
  write(handle: Buffer, bytes: Buffer, position: number): Promise<void>
  /** Fewer bytes than are asked for do not mean the end; none do. */
  read(handle: Buffer, bytes: number, position: number): Promise<Buffer>
  sync(handle: Buffer): Promise<void>
  close(handle: Buffer): Promise<void>
  /** Follows links. */
  stat(path: string): Promise<Stats>
  statLink(path: string): Promise<Stats>
  statHandle(handle: Buffer): Promise<Stats>
  openFolder(path: string): Promise<Buffer>
  /** Some of the entries that have not been read; none at the end. */
  readFolder(handle: Buffer): Promise<FileEntryWithStats[]>
  makeFolder(path: string): Promise<void>
  /** Only an empty one. */
  removeFolder(path: string): Promise<void>
  /** Refused when there is something at `to`; but some servers replace it. */
  rename(from: string, to: string): Promise<void>
  /** Replaces what is at `to` in one step. @throws StatusError `unsupported` where the server has no such step */
  replace(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** `undefined` where the server does not tell. */
  space(path: string): Promise<Space | undefined>
}

type Answer<T> = (error?: Error | null, value?: T) => void

/** @returns The requests, and what to call when the connection is gone: all that wait for an answer fail with that error. */
export function openRequests(sftp: SFTPWrapper): { requests: Requests; lose: (error: UnsiloError) => void } {
  let lost: UnsiloError | undefined
  const waiting = new Set<(error: Error) => void>()

  const ask = <T>(send: (answer: Answer<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      // ssh2 forgets requests that are made after the end.
      if (lost !== undefined) return reject(lost)
      waiting.add(reject)
      const answer: Answer<T> = (error, value) => {
        waiting.delete(reject)
        if (error === undefined || error === null) return resolve(value as T)
        reject(statusOf(error) ?? lost ?? noAnswer(error))
      }
      try {
        send(answer)
      } catch (error) {
        waiting.delete(reject)
        reject(isUnsupported(error) ? new StatusError(statusCode.unsupported, error.message) : (error as Error))
      }
    })

  const requests: Requests = {
    maxBytes: maxBytesOf(sftp),
    open: (path, flags) => ask((answer) => sftp.open(path, flags, answer)),
    write: (handle, bytes, position) =>
      ask((answer) => sftp.write(handle, bytes, 0, bytes.length, position, (error) => answer(error))),
    read: (handle, bytes, position) =>
      ask((answer) => {
        const buffer = Buffer.allocUnsafe(bytes)
        sftp.read(handle, buffer, 0, bytes, position, (error, count) => answer(error, buffer.subarray(0, count)))
      }),
    sync: (handle) => ask((answer) => sftp.ext_openssh_fsync(handle, (error) => answer(error))),
    close: (handle) => ask((answer) => sftp.close(handle, answer)),
    stat: (path) => ask((answer) => sftp.stat(path, answer)),
    statLink: (path) => ask((answer) => sftp.lstat(path, answer)),
    statHandle: (handle) => ask((answer) => sftp.fstat(handle, answer)),
    openFolder: (path) => ask((answer) => sftp.opendir(path, answer)),
    readFolder: (handle) =>
      ask((answer) =>
        sftp.readdir(handle, (error, entries) => {
          const isEnd = codeOf(error) === 1
          answer(isEnd ? undefined : error, isEnd ? [] : entries)
        }),
      ),
    makeFolder: (path) => ask((answer) => sftp.mkdir(path, answer)),
    removeFolder: (path) => ask((answer) => sftp.rmdir(path, answer)),
    rename: (from, to) => ask((answer) => sftp.rename(from, to, answer)),
    replace: (from, to) => ask((answer) => sftp.ext_openssh_rename(from, to, answer)),
    remove: (path) => ask((answer) => sftp.unlink(path, answer)),
    async space(path) {
      try {
        const told = await ask<Record<'f_bavail' | 'f_frsize' | 'f_favail' | 'f_flag', number>>((answer) =>
          sftp.ext_openssh_statvfs(path, answer),
        )
        const isReadOnly = (told.f_flag & 1) !== 0
        return { freeBytes: told.f_bavail * told.f_frsize, freeFiles: told.f_favail, isReadOnly }
      } catch (error) {
        if (error instanceof StatusError) return undefined
        throw error
      }
    },
  }
  return {
    requests,
    lose(error) {
      lost ??= error
      for (const reject of waiting) reject(lost)
      waiting.clear()
    },
  }
}

/**
 * What ssh2 has found out from the server's limits@openssh.com; it does not tell publicly, and would send more than this in several
 * requests, one after the other. 31,952 bytes is what it sends to any server.
 */
function maxBytesOf(sftp: SFTPWrapper): number {
  const { _maxReadLen: read, _maxWriteLen: write } = sftp as { _maxReadLen?: unknown; _maxWriteLen?: unknown }
  return Math.min(
    ...[read, write].map((limit) => (typeof limit === 'number' && limit > 0 ? limit : 31_952)),
    256 * 1024,
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined
}

function statusOf(error: Error): StatusError | undefined {
  const code = codeOf(error)
  return typeof code === 'number' ? new StatusError(code, error.message) : undefined
}

function isUnsupported(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Server does not support')
}

/** ssh2 answers so when the channel ends; the connection's own error comes right after. */
function noAnswer(error: Error): UnsiloError {
  return new UnsiloError('network', `the SFTP server has ended: ${error.message}`, { retryable: true, cause: error })
}
