import type { FtpConnection } from './connection.ts'
import { isRefusal } from './ftp-error.ts'

/** What a path leads to. `undefined` for a size that the server does not tell. */
export type Found = { kind: 'file'; sizeBytes: number } | { kind: 'folder' } | { kind: 'nothing' }

/** Looks what there is. @param path Absolute. */
export async function lookAt(connection: FtpConnection, path: string): Promise<Found> {
  const sizeBytes = await sizeOf(connection, path)
  if (sizeBytes !== undefined) return { kind: 'file', sizeBytes }
  return isRefusal(await connection.ask(`CWD ${path}`)) ? { kind: 'nothing' } : { kind: 'folder' }
}

/** The size of a file; `undefined` when it is no file, or the server does not tell (RFC 3659, section 4). */
export async function sizeOf(connection: FtpConnection, path: string): Promise<number | undefined> {
  const { message } = await connection.ask(`SIZE ${path}`)
  const size = /^213 (\d+)/.exec(message)?.[1]
  return size === undefined ? undefined : Number(size)
}
