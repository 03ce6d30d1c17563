import { relative, sep } from 'node:path'
import type { Tree } from '../../archive/tree.ts'
import { UnsiloError } from '../../errors.ts'
import { listNames } from '../../system/byte-files.ts'
import type { Files } from '../../system/files.ts'
import { type Mount, isSameMount, mountOf, sayMount } from '../../system/mount.ts'
import { pathFrom, realPath } from '../../system/path-from.ts'
import type { FolderConfig } from './config.ts'

/** A folder to copy, as it was found. */
export interface Place {
  path: string
  mount: Mount
  tree: Tree
}

/**
 * Finds the folders to copy. One that is missing, or empty, is what a disk looks like that is not mounted.
 *
 * @param datasetPath The dataset's own folder, which is left out where it lies in one of them: a parcel that holds all
 * earlier ones would double with each export.
 * @throws UnsiloError `not-found`, `empty`, `config`
 */
export function findPlaces(config: FolderConfig, files: Files, datasetPath: string): Place[] {
  const { include, exclude = [] } = config
  return (config.paths ?? [config.path!]).map((given) => {
    const path = pathFrom(datasetPath, given)
    checkThere(path, files)
    const own = relative(realPath(path), realPath(datasetPath))
    if (own === '') {
      throw new UnsiloError('config', `${path} is the folder of the dataset itself`, {
        hint: 'Mend `path` in config.toml: the parcels cannot hold themselves.',
      })
    }
    const isInside = own !== '..' && !own.startsWith(`..${sep}`)
    return {
      path,
      mount: mountOf(path),
      tree: {
        folder: path,
        name: config.paths === undefined ? undefined : path.slice(1),
        include,
        exclude: isInside ? [...exclude, `/${escapedPattern(own)}`] : exclude,
      },
    }
  })
}

function checkThere(path: string, files: Files): void {
  const kind = files.info(path)?.kind
  if (kind === undefined) {
    throw new UnsiloError('not-found', `there is no folder ${path}`, {
      hint: 'Look at `path` in config.toml, and whether the disk is mounted that it lies on.',
      retryable: true,
    })
  }
  if (kind !== 'folder') {
    throw new UnsiloError('config', `${path} is no folder`, {
      hint: 'Name the folder that it lies in, and the file in `include`.',
    })
  }
  if (listNames(Buffer.from(path)).length > 0) return
  throw new UnsiloError('empty', `the folder ${path} is empty`, {
    hint: 'Look whether the disk is mounted that it lies on.',
    retryable: true,
  })
}

/** As it stands in a pattern for itself. */
function escapedPattern(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`)
}

/** @param before What the newest good parcel says of each path. @throws UnsiloError `not-found` */
export function checkMounts(places: readonly Place[], before: Readonly<Record<string, Mount>>): void {
  for (const { path, mount } of places) {
    const last = Object.hasOwn(before, path) ? before[path] : undefined
    if (last === undefined || isSameMount(last, mount)) continue
    throw new UnsiloError(
      'not-found',
      `${path} is on the mount ${sayMount(mount)} now, and was on ${sayMount(last)} in the last good export`,
      { hint: 'Mount that disk again. If it has moved for good, set `mount = "any"` for one export.', retryable: true },
    )
  }
}

/** What went away meanwhile would look like files that were removed. @throws UnsiloError `not-found` */
export function checkStillThere(places: readonly Place[]): void {
  for (const { path, mount } of places) {
    if (isSameMount(mount, mountOf(path))) continue
    throw new UnsiloError('not-found', `${path} went away while it was read: the mount ${sayMount(mount)} has ended`, {
      hint: 'Look at the disk that it lies on.',
      retryable: true,
    })
  }
}
