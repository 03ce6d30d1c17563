import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { rootFileName } from './find-root.ts'
import { realPath } from '../system/path-from.ts'
import { nearestWord } from '../system/nearest.ts'

/** Name of a dataset's configuration; a folder that has one is a dataset. */
export const datasetFileName = 'config.toml'

/** What is unsilo's own in a root, beside what begins with a dot. */
const ownNames: readonly string[] = ['log', rootFileName]

export interface DatasetPlace {
  /** The folder's own name; the path as it was given when two datasets share that name. */
  name: string
  /** Absolute. */
  path: string
}

/**
 * Finds datasets by name or path; without any, all folders right below the root that have a `config.toml`, in the order
 * of their names, or the root itself when it has one.
 *
 * @throws UnsiloError `not-found`
 */
export function findDatasets(files: Files, root: string, names: readonly string[], cwd: string): DatasetPlace[] {
  if (names.length === 0) return allDatasets(files, root)
  // A shell's `~/exports/*` names the root's own file, too.
  const given = names.filter((name) => !isPath(name) || basename(name) !== rootFileName)
  const places = new Map(
    (given.length === 0 ? names : given).map((name) => [findDataset(files, root, name, cwd), name]),
  )
  const found = [...places].map(([path, given]) => ({ path, given, name: basename(path) }))
  return found.map(({ path, given, name }) => {
    const shared = found.some((other) => other.name === name && other.path !== path)
    return { path, name: shared ? given.replace(/(?<=.)\/+$/, '') : name }
  })
}

/**
 * Refuses a folder as a dataset that no run would look at: runs look at folders right in a root.
 *
 * @param path Absolute.
 * @throws UnsiloError `usage`
 */
export function checkFindable(files: Files, root: string, path: string): void {
  const [folder, name] = [dirname(path), basename(path)]
  if (name.startsWith('.')) {
    throw new UnsiloError('usage', `${name} cannot be a dataset: runs pass over names that begin with a dot`, {
      hint: `Choose another name: \`unsilo init ${name.replace(/^\.+/, '') || 'NAME'}\`.`,
    })
  }
  if (/\p{Cc}/u.test(name)) {
    throw new UnsiloError('usage', `${JSON.stringify(name)} cannot be a dataset: there is a control character in it`, {
      hint: 'Choose a name of one line, without tabs.',
    })
  }
  if (ownNames.includes(name)) {
    throw new UnsiloError('usage', `${name} cannot be a dataset: unsilo has a ${name} of its own in the root`, {
      hint: `Choose another name, such as \`unsilo init my-${name.replace(/\..*/, '')}\`.`,
    })
  }
  if (isSame(path, root)) {
    const [inner] = datasetNames(files, root)
    if (inner === undefined) return
    throw new UnsiloError('usage', `${root} cannot be a dataset: it holds datasets, which runs would pass over then`, {
      hint: `Give a name, as in \`unsilo init NAME\`; there is ${inner}.`,
    })
  }
  if (isSame(folder, root) || files.info(join(folder, rootFileName))?.kind === 'file') return
  throw new UnsiloError(
    'usage',
    `${path} cannot be a dataset of ${root}: runs look only at folders right in the root`,
    {
      hint: `Put it there: \`unsilo init ${name}\`; or make ${folder} a root of its own: \`unsilo --root ${folder} init ${name}\`.`,
    },
  )
}

function isSame(path: string, other: string): boolean {
  if (path === other) return true
  try {
    return realPath(path) === realPath(other)
  } catch (error) {
    // One that is not there yet has no other name.
    expectUnsiloError(error)
    return false
  }
}

/** How messages name a file: from the root when it is in there. */
export function shownPath(root: string, path: string): string {
  const inside = relative(root, path)
  return inside.startsWith(`..${sep}`) || isAbsolute(inside) ? path : inside
}

function allDatasets(files: Files, root: string): DatasetPlace[] {
  if (isDataset(files, root)) return [{ name: basename(root), path: root }]
  if (files.info(root)?.kind !== 'folder') {
    throw new UnsiloError(
      'not-found',
      `the root folder ${root} ${files.info(root) === undefined ? 'does not exist' : 'is a file'}`,
      {
        hint: 'Check --root and UNSILO_ROOT; `unsilo init DATASET` creates the first dataset and its root.',
      },
    )
  }
  return datasetNames(files, root).map((name) => ({ name, path: join(root, name) }))
}

function datasetNames(files: Files, root: string): string[] {
  return files
    .list(root)
    .filter(({ name, kind }) => (kind === 'folder' || kind === 'link') && !name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => isDataset(files, join(root, name)))
}

/** A folder that may not be looked into counts, so that reading its configuration tells what is wrong, and the others go on. */
function isDataset(files: Files, folder: string): boolean {
  try {
    return files.info(join(folder, datasetFileName)) !== undefined
  } catch (error) {
    return expectUnsiloError(error).code === 'not-permitted'
  }
}

function findDataset(files: Files, root: string, name: string, cwd: string): string {
  const candidates = isPath(name) ? [resolve(cwd, name), resolve(root, name)] : [join(root, name)]
  const dataset = candidates.find((candidate) => isDataset(files, candidate))
  if (dataset !== undefined) return dataset
  const existing = candidates.find((candidate) => files.info(candidate) !== undefined)
  throw existing === undefined ? notThere(files, root, name, cwd) : notADataset(files, root, existing)
}

function isPath(name: string): boolean {
  return name.includes('/') || name.includes(sep) || name === '.' || name === '..'
}

function notADataset(files: Files, root: string, path: string): UnsiloError {
  if (files.info(path)?.kind !== 'folder') {
    return new UnsiloError('not-found', `${path} is a file; a dataset is a folder`, {
      hint: 'Give the folder, or its name.',
    })
  }
  return new UnsiloError('not-found', `${path} is not a dataset: it has no ${datasetFileName}`, {
    hint: `\`unsilo ${dirname(path) === root ? '' : `--root ${dirname(path)} `}init ${basename(path)}\` makes it one; what is in there stays.`,
  })
}

function notThere(files: Files, root: string, name: string, cwd: string): UnsiloError {
  return new UnsiloError('not-found', `there is no dataset "${name}" in ${root}`, {
    hint: nameHint(files, root, name, cwd),
  })
}

function nameHint(files: Files, root: string, name: string, cwd: string): string {
  if (!isPath(name) && isDataset(files, join(cwd, name))) return `For the one in the current folder, write ./${name}.`
  const names = datasetNames(files, root)
  const nearest = nearestWord(name, names)
  if (nearest !== undefined) return `Did you mean "${nearest}"?`
  if (names.length === 0) return `There are none yet; \`unsilo init ${name}\` creates it.`
  const first = names.slice(0, 10).join(', ')
  return `There is: ${first}${names.length > 10 ? ' …' : ''}. \`unsilo init ${name}\` creates a new one.`
}
