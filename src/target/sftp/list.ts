import type { FileEntryWithStats } from 'ssh2'
import { isTemporaryName } from '../../system/replace-file.ts'
import type { TargetFile } from '../target.ts'
import { join } from './folders.ts'
import { untilAborted } from '../interrupt.ts'
import type { Requests } from './requests.ts'
import { hasStatus, statusCode } from './status.ts'

/** Folders that are read side by side: each takes at least three rounds. */
const foldersAtATime = 8

interface Page {
  /** Below the folder that is listed, with a `/` at the end; the folder itself is ''. */
  below: string
  entries: readonly FileEntryWithStats[]
  /** Where to read on. */
  handle: Buffer | undefined
}

/** Yields the files below a folder, page by page, in any order; none when there is no such folder. Links are no files. */
export async function* listFiles(requests: Requests, folder: string, signal: AbortSignal): AsyncGenerator<TargetFile> {
  const waiting = ['']
  const open = new Set<Buffer>()
  const running = new Map<string, Promise<Page>>()

  const turn = async (below: string, known?: Buffer): Promise<Page> => {
    const handle = known ?? (await openIfThere(requests, join(folder, below)))
    if (handle === undefined) return { below, entries: [], handle }
    open.add(handle)
    const entries = await requests.readFolder(handle)
    if (entries.length > 0) return { below, entries, handle }
    open.delete(handle)
    await requests.close(handle)
    return { below, entries, handle: undefined }
  }

  const start = (below: string, handle?: Buffer): void => {
    const page = turn(below, handle)
    // It is waited for below, unless another one fails first.
    page.catch(() => undefined)
    running.set(below, page)
  }

  try {
    while (waiting.length > 0 || running.size > 0) {
      while (waiting.length > 0 && running.size < foldersAtATime) start(waiting.pop()!)
      const { below, entries, handle } = await untilAborted(Promise.race(running.values()), signal)
      running.delete(below)
      if (handle !== undefined) start(below, handle)
      for (const entry of entries) {
        const kind = kindOf(entry)
        if (kind === 'folder') waiting.push(`${below}${entry.filename}/`)
        if (kind !== 'file' || isTemporaryName(entry.filename)) continue
        yield { path: `${below}${entry.filename}`, sizeBytes: entry.attrs.size }
      }
    }
  } finally {
    await Promise.allSettled(running.values())
    // What goes wrong here has gone wrong before, or does no harm: the server closes all at the end of the connection.
    for (const handle of open) void requests.close(handle).catch(() => undefined)
  }
}

async function openIfThere(requests: Requests, folder: string): Promise<Buffer | undefined> {
  try {
    return await requests.openFolder(folder.replace(/(?<=.)\/+$/, ''))
  } catch (error) {
    if (hasStatus(error, statusCode.missing)) return undefined
    throw error
  }
}

/** Servers that leave out the mode say it at the beginning of the line that `ls -l` would print. */
export function kindOf({ filename, longname, attrs }: FileEntryWithStats): 'file' | 'folder' | 'other' {
  if (filename === '.' || filename === '..') return 'other'
  const mode = attrs.mode as number | undefined
  const isKind = (bits: number, letter: string): boolean =>
    mode === undefined ? longname.startsWith(letter) : (mode & 0o170000) === bits
  if (isKind(0o040000, 'd')) return 'folder'
  return isKind(0o100000, '-') ? 'file' : 'other'
}
