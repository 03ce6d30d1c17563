import { join } from 'node:path'
import type { Files } from '../../system/files.ts'
import type { RsyncConnection } from './connection.ts'
import { type RsyncFailure, isOnlyMissing } from './explain.ts'
import { type ListedEntry, parseEntry } from './listing.ts'
import { destinationOf, sourceOf } from './place.ts'

/** What rsync is asked to do, a run each; sending is in `send.ts`. */
export interface RsyncRuns {
  /** @param options Beside those of each run. @param below A folder of the place. */
  intoPlace(
    options: readonly string[],
    from: string,
    signal: AbortSignal,
    more?: IntoPlace,
  ): Promise<RsyncFailure | undefined>
  /** Files arrive in `folder` with their paths; what is not there, or no file, does not. */
  fetch(paths: readonly string[], folder: string, signal: AbortSignal): Promise<void>
  /** What is in these folders, and `deep`er; `''` is the whole place. What is not there is no error. */
  list(folders: readonly string[], deep: boolean, signal: AbortSignal): AsyncGenerator<ListedEntry>
  /** Removes what has exactly these paths; folders that are not empty only if `whole`. */
  remove(paths: readonly string[], whole: boolean, signal: AbortSignal): Promise<void>
  /** A path of this machine, for something of a short life; there is nothing yet. */
  scratch(): Promise<string>
  withFolder<T>(action: (folder: string) => Promise<T>): Promise<T>
}

interface IntoPlace {
  below?: string | undefined
  largestBytes?: number
}

/** Longest time without a byte, in seconds; while a large file is hashed or synced, none may pass. */
const silenceSeconds = 60
const slowestBytesPerSecond = 20_000_000

export function openRuns(connection: RsyncConnection, files: Files): RsyncRuns {
  const { place } = connection
  const source = sourceOf(place)
  let count = 0

  /** Of a local run nobody is waited for. */
  const timeout = (largestBytes = 0): string[] =>
    place.by === 'local' ? [] : [`--timeout=${silenceSeconds + Math.ceil(largestBytes / slowestBytesPerSecond)}`]

  const scratch = async (): Promise<string> => join((await connection.ready()).folder, String((count += 1)))

  const withFolder: RsyncRuns['withFolder'] = async (action) => {
    const folder = await scratch()
    files.makeFolder(folder)
    try {
      return await action(folder)
    } finally {
      await files.remove(folder)
    }
  }

  const intoPlace: RsyncRuns['intoPlace'] = async (options, from, signal, { below, largestBytes } = {}) => {
    const { program, parameters } = await connection.ready()
    const all = [...options, ...parameters, ...timeout(largestBytes), '--', `${from}/`, destinationOf(place, below)]
    return program.run(all, signal)
  }

  return {
    scratch,
    withFolder,
    intoPlace,
    async fetch(paths, folder, signal) {
      const { program, parameters } = await connection.ready()
      const options = ['--copy-dirlinks', '--files-from=-', '--from0', ...parameters, ...timeout()]
      const names = paths.map((path) => source.before + path)
      const failure = await program.run([...options, '--', source.argument, `${folder}/`], signal, names)
      if (failure === undefined || isOnlyMissing(failure)) return
      throw await connection.explain('read from', failure, signal)
    },
    async *list(folders, deep, signal) {
      const { program, parameters } = await connection.ready()
      const empty = await scratch()
      const options = ['--list-only', '--no-human-readable', '--8-bit-output', '--copy-dirlinks']
      options.push(deep ? '--recursive' : '--dirs', '--files-from=-', '--from0', ...parameters, ...timeout())
      // With a slash at its end, the content of a folder is meant.
      const names = folders.map((folder) => `${source.before}${folder}/`)
      const lines = program.lines([...options, '--', source.argument, `${empty}/`], signal, names)
      for (;;) {
        const { done, value } = await lines.next()
        if (done === true) {
          // Files that vanish while they are listed (24) are none.
          if (value === undefined || value.status === 24 || isOnlyMissing(value)) return
          throw await connection.explain('list', value, signal)
        }
        const entry = parseEntry(value)
        if (entry !== undefined) yield entry
      }
    },
    async remove(paths, whole, signal) {
      await withFolder(async (empty) => {
        const { program, parameters } = await connection.ready()
        // What is named and not there is removed at the other side, too; of nothing else rsync is told.
        const options = ['--delete-missing-args', '--no-implied-dirs', '--files-from=-', '--from0']
        if (whole) options.push('--dirs', '--force')
        options.push(...parameters, ...timeout(), '--', `${empty}/`, destinationOf(place))
        const names = paths.map((path) => `./${path}`)
        const lines = program.lines(options, signal, names)
        const kept: string[] = []
        for (;;) {
          const { done, value } = await lines.next()
          if (done !== true) {
            // This is no error for rsync.
            if (value.startsWith('cannot delete')) kept.push(value)
            continue
          }
          if (kept.length === 0 && (value === undefined || isRemoved(value))) return
          const failure = value ?? { how: 'exit status 0', status: 0, complaint: '' }
          const complaint = `${kept.join('\n')}\n${failure.complaint}`
          throw await connection.explain('remove from', { ...failure, complaint }, signal)
        }
      })
    },
  }
}

/** The folders around what is removed are not here either; rsync calls that vanished (24), and removes all the same. */
function isRemoved({ status, complaint }: RsyncFailure): boolean {
  return status === 24 && !/delete_file/.test(complaint)
}
