import { posix } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { mapPool } from '../../system/pool.ts'
import type { FtpConnection } from './connection.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { type FtpEntry, listFolder } from './listing.ts'

/** Yields a folder and those below it, each with what is in it, the outer ones first. Nothing when there is no such folder. */
export async function* walk(
  pool: ConnectionPool<FtpConnection>,
  parallel: number,
  top: string,
  host: string,
  signal: AbortSignal,
): AsyncGenerator<{ folder: string; entries: FtpEntry[] }> {
  const list = (folder: string): Promise<FtpEntry[] | undefined> =>
    pool.use(signal, (connection) => listFolder(connection, folder, host))
  const left = [top]
  while (left.length > 0) {
    // No connection is held while others work with what is found.
    const found = await mapPool(left.splice(-parallel), parallel, async (folder) => {
      const entries = await list(folder)
      if (entries === undefined) await checkAbsence(folder, host, list)
      return { folder, entries: entries ?? [] }
    })
    for (const { folder, entries } of found) {
      yield { folder, entries }
      for (const { name, kind } of entries) if (kind === 'folder') left.push(posix.join(folder, name))
    }
  }
}

/** Many servers say the same of a folder that is missing and of one that is closed to us. @throws UnsiloError `not-permitted` */
async function checkAbsence(
  folder: string,
  host: string,
  list: (folder: string) => Promise<FtpEntry[] | undefined>,
): Promise<void> {
  const around = await list(posix.dirname(folder)).catch((error: unknown) => {
    if (error instanceof UnsiloError && error.code === 'not-permitted') return undefined
    throw error
  })
  const isThere = around?.some(({ name, kind }) => kind === 'folder' && name === posix.basename(folder))
  if (isThere !== true) return
  throw new UnsiloError('not-permitted', `${host} does not let us into ${folder}, which is there`, {
    hint: 'Check who owns that folder on the server, and its permissions.',
  })
}
