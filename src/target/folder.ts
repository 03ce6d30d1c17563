import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { type FileSink, type Files, walkFiles } from '../system/files.ts'
import { isTemporaryName, temporaryPath } from '../system/replace-file.ts'
import type { Target, TargetFile, TargetSurroundings } from './target.ts'

export const folderTargetConfig = z.strictObject({
  kind: z.literal('folder').describe('A folder: on another disk, a NAS, or one that a program syncs.'),
  path: z
    .string()
    .min(1)
    .describe(
      'The folder to copy parcels into; created when missing, but never the folder around it. ' +
        'A relative path starts at the root, `~` is your home.',
    ),
})
type FolderTargetConfig = z.output<typeof folderTargetConfig>

export function openFolderTarget(config: FolderTargetConfig, { files, root }: TargetSurroundings): Target {
  const base = resolve(root, config.path.replace(/^~(?=\/|$)/, homedir()))
  const ready = new Map<string, Promise<void>>()

  /** Where a path of the target is on the disk. @throws UnsiloError when the path leads out, or the disk is away */
  const locate = (path: string): string => {
    checkPath(path)
    checkPresence(files, base)
    return path === '' ? base : join(base, path)
  }

  /** Once a folder: makes it and those around it, durably, and clears away what broken-off writes have left in it. */
  const makeReady = (folder: string): Promise<void> => {
    const known = ready.get(folder)
    if (known !== undefined) return known
    const making = makeFolderReady(folder)
    ready.set(folder, making)
    // What has failed is tried again; who waits for it is told.
    making.catch(() => ready.delete(folder))
    return making
  }

  const makeFolderReady = async (folder: string): Promise<void> => {
    if (folder !== base) await makeReady(dirname(folder))
    const isNew = files.info(folder) === undefined
    if (isNew) files.makeFolder(folder)
    // A folder that a killed run has made may not be durable yet, so this is done for those that are there, too.
    if (isNew || folder !== base) await syncFolder(files, dirname(folder))
    const leftovers = files.list(folder).filter(({ name, kind }) => kind === 'file' && isTemporaryName(name))
    for (const { name } of leftovers) await files.remove(join(folder, name))
  }

  return {
    kind: 'folder',
    async *list(prefix, signal): AsyncGenerator<TargetFile> {
      const folder = locate(prefix)
      for (const { path, kind } of walkFiles(files, folder)) {
        throwIfAborted(signal)
        if (kind !== 'file' || isTemporaryName(path.slice(path.lastIndexOf('/') + 1))) continue
        const sizeBytes = files.info(join(folder, path))?.sizeBytes
        if (sizeBytes !== undefined) yield { path: prefix === '' ? path : `${prefix}/${path}`, sizeBytes }
      }
    },
    async put(path, open, signal) {
      const place = locate(notAFolder(path))
      throwIfAborted(signal)
      await makeReady(dirname(place))
      // The name does not hold that of the file: with it, a name that is just short enough would be too long.
      const temporary = temporaryPath(join(dirname(place), 'upload'))
      try {
        await write(await files.create(temporary), open, signal)
        files.rename(temporary, place)
      } catch (error) {
        // What cannot be removed now is removed by the next `put` into that folder.
        await files.remove(temporary).catch(() => undefined)
        throw error
      }
      await syncFolder(files, dirname(place))
    },
    async get(path, signal) {
      const place = locate(notAFolder(path))
      throwIfAborted(signal)
      if (files.info(place)?.kind !== 'file') throw missing(path, base)
      return Readable.from(interruptible(files.read(place), signal), { objectMode: false })
    },
    async remove(path, signal) {
      const place = locate(notAFolder(path))
      throwIfAborted(signal)
      const kind = files.info(place)?.kind
      if (kind === undefined) return
      if (kind === 'folder') {
        throw new UnsiloError('clash', `cannot remove ${place}: it is a folder, and a file is expected`, {
          hint: 'Look at what is in there, and move it away.',
        })
      }
      await files.remove(place)
      await syncFolder(files, dirname(place))
    },
    async close() {},
  }
}

async function write(sink: FileSink, open: () => Readable, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of interruptible(open() as AsyncIterable<Uint8Array>, signal)) await sink.write(chunk)
    await sink.sync()
  } finally {
    await sink.close()
  }
}

async function* interruptible(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    throwIfAborted(signal)
    yield chunk
  }
}

/** @throws UnsiloError `usage` for a path that leads out of the target, or that a reader would not be shown */
function checkPath(path: string): void {
  if (path === '') return
  const parts = path.split('/')
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))
  if (wrong) {
    throw new UnsiloError('usage', `${JSON.stringify(path)} is not a path inside a target`, {
      hint: 'Paths are relative, without "." and "..".',
    })
  }
  if (!isTemporaryName(parts.at(-1)!)) return
  throw new UnsiloError('usage', `${path} has a name that unsilo gives to unfinished files`, {
    hint: 'Give the file another name.',
  })
}

function notAFolder(path: string): string {
  if (path !== '') return path
  throw new UnsiloError('usage', 'the path of a file is needed, and it is empty')
}

/**
 * The folder itself may be missing, the one around it not: that is what a disk looks like that is not mounted, and the
 * copies would fill the disk below.
 *
 * @throws UnsiloError `not-found`
 */
function checkPresence(files: Files, base: string): void {
  const kind = files.info(base)?.kind
  if (kind === 'folder') return
  if (kind !== undefined) {
    throw new UnsiloError('clash', `${base} is a file, and a folder is expected`, {
      hint: 'Move the file away, or set another path for the target.',
    })
  }
  const around = dirname(base)
  if (files.info(around)?.kind === 'folder') return
  throw new UnsiloError('not-found', `${around} does not exist, so ${base} is not created in it`, {
    hint: `Mount its disk; or, if the folder is to be on this disk: mkdir -p ${around}`,
    retryable: true,
  })
}

/** Network file systems such as SMB refuse to sync a folder (EINVAL, ENOTSUP); there is nothing more to be done there. */
async function syncFolder(files: Files, folder: string): Promise<void> {
  try {
    await files.sync(folder)
  } catch (error) {
    const cause: unknown = error instanceof UnsiloError ? error.cause : undefined
    const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
  }
}

function missing(path: string, base: string): UnsiloError {
  return new UnsiloError('not-found', `there is no file ${path} in ${base}`, { hint: 'Check the path.' })
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted()
}

function interrupted(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}
