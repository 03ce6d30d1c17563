import { posix } from 'node:path'
import { isTemporaryName } from '../../system/replace-file.ts'
import type { FtpConnection } from './connection.ts'
import { isRefusal, refusal } from './ftp-error.ts'
import { listFolder } from './listing.ts'

/** The folders that are known to be there, so that none is made twice. */
export interface FtpFolders {
  /** Makes the folder and those around it. @throws UnsiloError */
  make(connection: FtpConnection, folder: string): Promise<void>
  /** Removes what uploads have left in the folder that broke off more than a day before `newest` was written; once a folder. */
  clear(connection: FtpConnection, folder: string, newest: string): Promise<void>
  /** For when folders have been moved or removed. */
  forget(): void
}

const dayMs = 24 * 60 * 60 * 1000

export function ftpFolders(host: string): FtpFolders {
  const there = new Set<string>()
  // Those that were there before us; what we have made holds nothing that is old.
  const unseen = new Set<string>()

  const make = async (connection: FtpConnection, folder: string): Promise<void> => {
    if (there.has(folder)) return
    if (!isRefusal(await connection.ask(`CWD ${folder}`))) {
      there.add(folder)
      unseen.add(folder)
      return
    }
    const around = posix.dirname(folder)
    if (around !== folder) await make(connection, around)
    const made = await connection.ask(`MKD ${folder}`)
    // Another connection may have been faster.
    if (isRefusal(made) && isRefusal(await connection.ask(`CWD ${folder}`))) {
      throw refusal(made, `cannot make the folder ${folder} on ${host}`)
    }
    there.add(folder)
  }

  return {
    make,
    async clear(connection, folder, newest) {
      if (!unseen.delete(folder)) return
      const entries = (await listFolder(connection, folder, host)) ?? []
      const leftovers = entries.filter(({ name, kind }) => kind === 'file' && isTemporaryName(name))
      if (leftovers.length === 0) return
      // By the clock of the server alone, which may be off.
      const now = await modifiedMs(connection, newest)
      for (const { name } of leftovers) {
        const path = posix.join(folder, name)
        if (now - (await modifiedMs(connection, path)) > dayMs) await connection.ask(`DELE ${path}`)
      }
    },
    forget() {
      there.clear()
      unseen.clear()
    },
  }
}

/** When a file was last written, in ms; NaN where the server does not tell (RFC 3659, section 3). */
async function modifiedMs(connection: FtpConnection, path: string): Promise<number> {
  const { message } = await connection.ask(`MDTM ${path}`)
  const [, year, month, day, hour, minute, second] = /^213 (\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(message) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
