import { FileType, type FileInfo } from 'basic-ftp'
import type { FtpConnection } from './connection.ts'
import { type FtpReply, isRefusal, refusal, sayReply } from './ftp-error.ts'

export interface FtpEntry {
  name: string
  kind: 'file' | 'folder' | 'other'
  sizeBytes: number
}

/**
 * What is in a folder; `undefined` when there is no such folder. The folder is entered first: what follows `LIST -a` is taken for a
 * pattern by some servers, and for a file by others.
 *
 * @param folder Absolute.
 * @throws UnsiloError
 */
export async function listFolder(
  connection: FtpConnection,
  folder: string,
  host: string,
): Promise<FtpEntry[] | undefined> {
  const entered = await connection.ask(`CWD ${folder}`)
  const cannot = `cannot list ${folder} on ${host}`
  if (isRefusal(entered)) {
    if (entered.code !== 550 || saysForbidden(entered)) throw refusal(entered, cannot)
    return undefined
  }
  const found = await connection.entries()
  if ('code' in found) throw refusal(found, cannot)
  return found.flatMap(entryOf)
}

/** Servers answer 550 for what is missing and for what is forbidden; some say which. */
export function saysForbidden(reply: FtpReply): boolean {
  return /permission|permitted|denied|not allowed|forbidden/i.test(sayReply(reply))
}

function entryOf({ name, type, size }: FileInfo): FtpEntry[] {
  // Some list the folder itself and the one around it; a name with a slash is no name in this folder.
  if (name === '' || name === '.' || name === '..' || name.includes('/')) return []
  if (type === FileType.Directory) return [{ name, kind: 'folder', sizeBytes: 0 }]
  return [{ name, kind: type === FileType.File ? 'file' : 'other', sizeBytes: size }]
}
