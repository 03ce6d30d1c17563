import type { Bytes } from '../../codec/codec.ts'
import { type ErrorCode, UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'

export type DumpKind = 'postgres custom' | 'postgres plain' | 'postgres directory' | 'mysql' | 'mariadb' | 'sqlite'

/** A database as a parcel holds it. */
export interface Dump {
  kind: DumpKind
  /** A file; a folder in pg_dump's directory format. */
  path: string
  /** What the file holds, decompressed. */
  read(): Bytes
}

export interface RestoreOptions {
  files: Files
  signal: AbortSignal
  /** Where programs run. */
  folder: string
  /** Folder of the programs; `undefined`: on the search path. */
  programs: string | undefined
  /** Throws away what the database holds. */
  overwrite: boolean
}

export interface RestoredDatabase {
  /** There was something in it. */
  overwritten: boolean
}

/** For what the programs complain of: nobody asks for the log of a restore. */
export const unlogged = { err: { write: () => Promise.resolve() }, bytesSoFar: () => 0 }

/** @throws UnsiloError `clash` */
export function checkEmpty(shown: string, count: number, overwrite: boolean): void {
  if (count === 0 || overwrite) return
  throw new UnsiloError(
    'clash',
    `${shown} is not empty (${count} ${count === 1 ? 'object' : 'objects'}); nothing was touched`,
    {
      hint: 'Name an empty database, or throw away what it holds with --overwrite.',
    },
  )
}

const hints: Partial<Record<ErrorCode, string>> = {
  auth: 'Look at the user in --to, and at the password (--password-file and the like, or the file of the client).',
  'not-found': 'Look at --to; the database has to be there: create it first.',
  'not-permitted': 'Restore as a user that may create everything in this database, such as its owner.',
  network: 'Check that the server runs, and the host and port in --to.',
}

/** An explanation for exports, with what to do about it when restoring. */
export function forRestore(error: UnsiloError | undefined): UnsiloError | undefined {
  if (error === undefined) return undefined
  const { code, message, retryable, hint } = error
  // A server that is there, and not trusted, is no matter of host and port.
  const known = code === 'network' && !retryable ? hint : (hints[code] ?? hint)
  return new UnsiloError(code, message, { retryable, cause: error, ...(known === undefined ? {} : { hint: known }) })
}

/** Says of a failed restore in which state the database is. */
export function withState(error: unknown, state: string, advice = ''): unknown {
  if (!(error instanceof UnsiloError)) return error
  const { code, message, retryable, hint } = error
  const all = [hint ?? '', advice].filter((part) => part !== '').join(' ')
  const more = all === '' ? {} : { hint: all }
  return new UnsiloError(code, `${message}; ${state}`, { retryable, cause: error, ...more })
}
