import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { UnsiloError } from '../errors.ts'
import { type FileSink, type Files, walkFiles } from '../system/files.ts'
import { pathFrom } from '../system/path-from.ts'
import { mapPool } from '../system/pool.ts'
import { isTemporaryName, temporaryPath } from '../system/replace-file.ts'
import { syncDisk } from '../system/sync-disk.ts'
import type { FolderTargetConfig } from './folder-config.ts'
import type { Arrival, LocalFile, OpenBody, Target, TargetFile, TargetSurroundings } from './target.ts'
import { throwIfAborted } from './interrupt.ts'
import { checkFilePath, checkTargetPath } from './target-path.ts'

/** Several at a time wait for the disk together. */
const parallel = 8

/** Up to so many, each is made durable by itself, which makes nobody else's writes wait. */
const fewFiles = 32

export function openFolderTarget(
  config: FolderTargetConfig,
  { files, root }: Pick<TargetSurroundings, 'files' | 'root'>,
): Target {
  const base = pathFrom(root, config.path)
  const ready = new Map<string, Promise<void>>()

  /** Where a path of the target is on the disk. @throws UnsiloError when the path leads out, or the disk is away */
  const locate = (path: string): string => {
    checkTargetPath(path)
    checkPresence(files, base)
    return path === '' ? base : join(base, path)
  }

  const locateFile = (path: string): string => {
    checkFilePath(path)
    return locate(path)
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

  const putOne = async (path: string, open: OpenBody, signal: AbortSignal): Promise<Arrival> => {
    const place = locateFile(path)
    throwIfAborted(signal)
    await makeReady(dirname(place))
    const temporary = temporaryBeside(place)
    try {
      await write(await files.create(temporary), open(), signal, 'sync')
      files.rename(temporary, place)
    } catch (error) {
      // What cannot be removed now is removed by the next `put` into that folder.
      await files.remove(temporary).catch(() => undefined)
      throw error
    }
    await syncFolder(files, dirname(place))
    return 'sent'
  }

  /** Writes them all, then makes them durable together, and only then gives them their names. */
  const putMany = async (some: readonly LocalFile[], signal: AbortSignal): Promise<void> => {
    const written: { temporary: string; place: string }[] = []
    try {
      await mapPool(some, parallel, async ({ path, from }) => {
        const place = locateFile(path)
        throwIfAborted(signal)
        await makeReady(dirname(place))
        const temporary = temporaryBeside(place)
        written.push({ temporary, place })
        await write(await files.create(temporary), files.read(from), signal)
      })
      if (!(await syncDisk(base))) await mapPool(written, parallel, ({ temporary }) => files.sync(temporary))
      throwIfAborted(signal)
      for (const { temporary, place } of written) files.rename(temporary, place)
    } catch (error) {
      for (const { temporary } of written) await files.remove(temporary).catch(() => undefined)
      throw error
    }
    for (const folder of new Set(written.map(({ place }) => dirname(place)))) await syncFolder(files, folder)
  }

  return {
    kind: 'folder',
    parallel,
    async *list(prefix, signal): AsyncGenerator<TargetFile> {
      const folder = locate(prefix)
      for (const { path, kind } of walkFiles(files, folder)) {
        throwIfAborted(signal)
        if (kind !== 'file' || isTemporaryName(path.slice(path.lastIndexOf('/') + 1))) continue
        const sizeBytes = files.info(join(folder, path))?.sizeBytes
        if (sizeBytes !== undefined) yield { path: prefix === '' ? path : `${prefix}/${path}`, sizeBytes }
      }
    },
    put: putOne,
    async putAll(some, signal) {
      if (some.length < fewFiles) {
        await mapPool(some, parallel, ({ path, from }) => putOne(path, () => Readable.from(files.read(from)), signal))
      } else await putMany(some, signal)
      return 'sent'
    },
    async get(path, signal, range) {
      const place = locateFile(path)
      throwIfAborted(signal)
      if (files.info(place)?.kind !== 'file') throw missing(path, base)
      return Readable.from(interruptible(files.read(place, range), signal), { objectMode: false })
    },
    async move(from, to, signal) {
      const [here, there] = [locateFile(from), locateFile(to)]
      throwIfAborted(signal)
      if (files.info(here) === undefined) throw missing(from, base)
      if (files.info(there) !== undefined) {
        throw new UnsiloError('clash', `cannot move ${here} to ${there}: there is something already`, {
          hint: 'Look at what is in there, and move it away.',
        })
      }
      await makeReady(dirname(there))
      files.rename(here, there)
      ready.clear()
      for (const folder of new Set([dirname(there), dirname(here)])) await syncFolder(files, folder)
    },
    async remove(path, signal) {
      const place = locateFile(path)
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
    async removeFolder(path, signal) {
      const place = locateFile(path)
      throwIfAborted(signal)
      if (files.info(place) === undefined) return
      await files.remove(place)
      ready.clear()
      await syncFolder(files, dirname(place))
    },
    async close() {},
  }
}

async function write(sink: FileSink, body: AsyncIterable<unknown>, signal: AbortSignal, then?: 'sync'): Promise<void> {
  try {
    for await (const chunk of interruptible(body as AsyncIterable<Uint8Array>, signal)) await sink.write(chunk)
    if (then === 'sync') await sink.sync()
  } finally {
    await sink.close()
  }
}

/** The name does not hold that of the file: with it, a name that is just short enough would be too long. */
function temporaryBeside(place: string): string {
  return temporaryPath(join(dirname(place), 'upload'))
}

async function* interruptible(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    throwIfAborted(signal)
    yield chunk
  }
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
