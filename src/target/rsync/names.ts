import { isTemporaryName } from '../../system/replace-file.ts'

/**
 * A folder of the place where rsync writes files before it renames them. rsync's own names for such files (`.NAME.XXXXXX`) may also
 * be those of real ones, such as `.eslintrc.config`; what is in here is none.
 */
export const temporaryFolderName = '.unsilo-000000000000-rsync.tmp'

/** A folder beside a file that holds what has arrived of it, where the line broke. */
export const partialFolderName = '.unsilo-000000000000-partial.tmp'

/** Where rsync keeps what has arrived of a file. */
export function partialPath(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${partialFolderName}/${path.slice(slash)}`
}

const hourMs = 3_600_000
/** What is being written now is never this old; what has partly arrived waits longer for the rest. */
const staleMs = new Map([
  [temporaryFolderName, 24 * hourMs],
  [partialFolderName, 7 * 24 * hourMs],
])

/** Whether a path is no file of the target: rsync's leftovers, and those of other ways to write there. */
export function isLeftover(path: string): boolean {
  return path.split('/').some(isTemporaryName)
}

/** Whether nobody will need what a broken-off run of rsync has left at `path`. */
export function isStale(path: string, modifiedAt: Date, now: Date): boolean {
  const limit = staleMs.get(path.split('/').at(-2) ?? '')
  return limit !== undefined && now.getTime() - modifiedAt.getTime() > limit
}
