import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { makeLinkTree } from '../../system/link-tree.ts'
import type { RsyncConnection } from './connection.ts'
import { type Extra, hasMetAnother, lacksTemporaryFolder, refusedExtra } from './explain.ts'
import type { LinkGroup } from './link-groups.ts'
import { partialFolderName, partialPath, temporaryFolderName } from './names.ts'
import { absolutePath } from './place.ts'
import type { RsyncRuns } from './runs.ts'

/** A file of this machine, and its place at the target. */
export interface Outgoing {
  path: string
  from: string
  sizeBytes: number
}

/** Writes files in one run of rsync, which compares a hash of each with what it has read here. */
export interface Sender {
  /** @param link These files are of that parcel: what its neighbour has, too, becomes a hard link. */
  send(outgoing: readonly Outgoing[], signal: AbortSignal, link?: LinkGroup): Promise<void>
  canLink(): boolean
}

export function createSender(connection: RsyncConnection, runs: RsyncRuns, files: Files): Sender {
  const { place } = connection
  /** What the rsync at the other side does not know, or may not do. */
  const leftOut = new Set<Extra>()
  let making: Promise<void> | undefined

  const canLink = (): boolean => !leftOut.has('links') && absolutePath(place) !== undefined

  const optionsFor = (link: LinkGroup | undefined): string[] => {
    // The links are followed that stand for local files; links to folders at the target are kept.
    const options = ['--recursive', '--copy-links', '--keep-dirlinks', `--partial-dir=${partialFolderName}`]
    if (!leftOut.has('fsync')) options.push('--fsync')
    if (!leftOut.has('temporary folder')) {
      const around = link === undefined ? '' : `${absolutePath(place)}/`
      options.push(`--temp-dir=${around}${temporaryFolderName}`)
    }
    // The same size and time never mean the same content: files are compared by hash, or written anew.
    if (link === undefined) options.push('--ignore-times')
    else options.push('--checksum', `--link-dest=${link.neighbour}`)
    return options
  }

  const makeTemporaryFolder = (signal: AbortSignal): Promise<void> => {
    making ??= runs
      .withFolder(async (folder) => {
        files.makeFolder(join(folder, temporaryFolderName))
        const failure = await runs.intoPlace(['--recursive', '--keep-dirlinks'], folder, signal)
        // Another client may make it in the same moment.
        if (failure !== undefined && !hasMetAnother(failure.complaint))
          throw await connection.explain('write to', failure, signal)
      })
      .finally(() => (making = undefined))
    return making
  }

  /** What has partly arrived fills a disk that is full already. */
  const dropPartial = async (outgoing: readonly Outgoing[], signal: AbortSignal): Promise<void> => {
    const paths = outgoing.map(({ path }) => partialPath(path))
    await runs.remove(paths, false, signal).catch((error: unknown) => {
      // That the disk is full is what the user has to know.
      if (!(error instanceof UnsiloError)) throw error
    })
  }

  const send: Sender['send'] = (outgoing, signal, wanted) =>
    runs.withFolder(async (folder) => {
      const link = canLink() ? wanted : undefined
      const below = link === undefined ? 0 : link.folder.length + 1
      makeLinkTree(
        folder,
        outgoing.map(({ path, from }) => ({ path: path.slice(below), from })),
      )
      const largestBytes = outgoing.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 0)
      let isMade = false
      let triesLeft = 5
      for (;;) {
        const failure = await runs.intoPlace(optionsFor(link), folder, signal, { below: link?.folder, largestBytes })
        if (failure === undefined) return
        const refused = refusedExtra(failure.complaint)
        if (refused !== undefined && !leftOut.has(refused)) {
          leftOut.add(refused)
          if (refused === 'links') return send(outgoing, signal)
        } else if (triesLeft > 0 && hasMetAnother(failure.complaint)) triesLeft -= 1
        else if (!isMade && lacksTemporaryFolder(failure.complaint)) {
          await makeTemporaryFolder(signal)
          isMade = true
        } else {
          const error = await connection.explain('write to', failure, signal)
          if (error.code === 'no-space') await dropPartial(outgoing, signal)
          throw error
        }
      }
    })

  return { send, canLink }
}
