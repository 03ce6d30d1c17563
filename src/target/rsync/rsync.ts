import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { mapPool } from '../../system/pool.ts'
import { linkFile } from '../../system/link-tree.ts'
import { throwIfAborted } from '../interrupt.ts'
import type { RsyncTargetConfig } from '../rsync-config.ts'
import type { LocalFile, Target, TargetFile, TargetSurroundings } from '../target.ts'
import { checkFilePath, checkTargetPath } from '../target-path.ts'
import { createBatches } from './batches.ts'
import { openConnection } from './connection.ts'
import { type LinkGroup, parcelFolderOf, planLinks } from './link-groups.ts'
import { isLeftover, isStale } from './names.ts'
import { sayPlace } from './place.ts'
import { openRuns } from './runs.ts'
import { type Outgoing, createSender } from './send.ts'
import { spool, unspool } from './spool.ts'

/** How many runs of rsync are at work at a time, of each sort; one where they share a limited line. */
const mostLanes = 4
/** So many files are not worth another run. */
const fewFiles = 100

/** Failures that no file has to do with: trying the others would only take time. */
const common = new Set(['auth', 'busy', 'cancelled', 'missing-program', 'network', 'timeout'])

interface Incoming {
  path: string
  /** Where it has arrived here; `undefined`: it has not. */
  at?: string
}

export function openRsyncTarget(name: string, config: RsyncTargetConfig, surroundings: TargetSurroundings): Target {
  const { files, clock } = surroundings
  const lanes = surroundings.bytesPerSecond === undefined ? mostLanes : 1
  const connection = openConnection(name, config, surroundings)
  const runs = openRuns(connection, files)
  const sender = createSender(connection, runs, files)
  const isCommon = (error: unknown): boolean => error instanceof UnsiloError && common.has(error.code)
  /** What broken-off runs have left, found while listing. */
  let stale: string[] = []

  const put = createBatches<Outgoing>(
    lanes,
    async (outgoing, signal) => {
      await removeStale(signal)
      // Of one file that is written twice at a time, the last one stays.
      await sender.send([...new Map(outgoing.map((one) => [one.path, one])).values()], signal)
    },
    isCommon,
  )

  const get = createBatches<Incoming>(
    lanes,
    async (incoming, signal) => {
      await runs.withFolder(async (folder) => {
        const paths = [...new Set(incoming.map(({ path }) => path))]
        await runs.fetch(paths, folder, signal)
        for (const one of incoming) {
          const arrived = join(folder, one.path)
          if (files.info(arrived)?.kind !== 'file') continue
          // This folder goes now; each file when it has been read.
          one.at = await runs.scratch()
          linkFile(arrived, one.at)
        }
      })
    },
    isCommon,
  )

  const remove = createBatches<string>(lanes, (paths, signal) => runs.remove(paths, false, signal), isCommon)

  const removeStale = async (signal: AbortSignal): Promise<void> => {
    if (stale.length === 0) return
    const paths = stale
    stale = []
    await runs.remove(paths, false, signal)
  }

  /** Several runs wait for the disk there together; each syncs one file after the other. */
  const sendSideBySide = async (all: readonly LocalFile[], signal: AbortSignal, link?: LinkGroup): Promise<void> => {
    const parts = partsOf(all, Math.min(lanes, Math.ceil(all.length / fewFiles)))
    await mapPool(parts, lanes, (part) => sender.send(part, signal, link))
  }

  /** What is in the folders that hold parcels of these files. */
  const neighboursOf = async (local: readonly LocalFile[], signal: AbortSignal): Promise<Map<string, Set<string>>> => {
    const found = new Map<string, Set<string>>()
    if (!sender.canLink()) return found
    for (const { path } of local) {
      const parcel = parcelFolderOf(path)
      if (parcel !== undefined) found.set(parcel.around, new Set())
    }
    if (found.size === 0) return found
    for await (const { kind, path } of runs.list([...found.keys()], false, signal)) {
      const slash = path.lastIndexOf('/')
      if (kind === 'folder') found.get(path.slice(0, slash))?.add(path.slice(slash + 1))
    }
    return found
  }

  return {
    kind: 'rsync',
    // Calls at the same time share a run, which costs a connection.
    parallel: 8,
    async *list(prefix, signal): AsyncGenerator<TargetFile> {
      checkTargetPath(prefix)
      stale = []
      const now = clock.now()
      for await (const { kind, path, sizeBytes, modifiedAt } of runs.list(
        [prefix === '' ? '.' : prefix],
        true,
        signal,
      )) {
        if (kind !== 'file') continue
        if (isStale(path, modifiedAt, now)) stale.push(path)
        if (!isLeftover(path) && (prefix === '' || path.startsWith(`${prefix}/`))) yield { path, sizeBytes }
      }
    },
    async put(path, open, signal) {
      checkFilePath(path)
      const from = await runs.scratch()
      try {
        const sizeBytes = await spool(files, from, open, signal)
        await put({ path, from, sizeBytes }, signal)
      } finally {
        await files.remove(from)
      }
      return 'hashed'
    },
    async putAll(local, signal) {
      for (const { path, from } of local) {
        checkFilePath(path)
        if (files.info(from)?.kind === 'file') continue
        throw new UnsiloError('not-found', `there is no file ${from}`, { hint: 'Check the path.' })
      }
      throwIfAborted(signal)
      if (local.length === 0) return 'hashed'
      await removeStale(signal)
      const { rest, groups } = planLinks(local, await neighboursOf(local, signal))
      await sendSideBySide(rest, signal)
      for (const group of groups) await sendSideBySide(group.files, signal, group)
      return 'hashed'
    },
    async get(path, signal, range) {
      checkFilePath(path)
      const incoming: Incoming = { path }
      await get(incoming, signal)
      if (incoming.at !== undefined) return unspool(files, incoming.at, signal, range)
      throw new UnsiloError('not-found', `there is no file ${path} in ${sayPlace(connection.place)}`, {
        hint: 'Check the path.',
      })
    },
    async remove(path, signal) {
      checkFilePath(path)
      await remove(path, signal)
    },
    async removeFolder(path, signal) {
      checkFilePath(path)
      await runs.remove([path], true, signal)
    },
    close: () => connection.close(),
  }
}

/** Divides a list into so many of about the same length. */
function partsOf<Item>(items: readonly Item[], count: number): Item[][] {
  const size = Math.ceil(items.length / count)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}
