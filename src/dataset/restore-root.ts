import { dirname, join, relative, sep } from 'node:path'
import { rootFileName } from '../config/find-root.ts'
import { type Unreadable, unreadableSecrets } from '../config/unreadable-secrets.ts'
import { readTomlFile } from '../config/toml-file.ts'
import { isTable } from '../config/values.ts'
import { UnsiloError } from '../errors.ts'
import { acquireLock } from '../system/lock.ts'
import { checkInterrupt } from './copies/work.ts'
import type { Context, Problem } from './dataset.ts'
import { type PutConfiguration, putConfiguration } from './from-target/configuration.ts'
import { type Place, type PlaceOptions, datasetsAt, withPlace } from './from-target/place.ts'
import { type RestoredDataset, problemOf, restoreDataset } from './from-target/restore-dataset.ts'

export interface RestoreRootOptions extends PlaceOptions {
  /** A folder that does not exist, is empty, or has what an earlier try has brought. */
  root: string
  /** Files that may lie in it all the same: those that the user has named. */
  besides: readonly string[]
}

export interface RestoredRoot {
  root: string
  from: string
  datasets: RestoredDataset[]
  /** What became of `unsilo.toml`. */
  configuration: PutConfiguration
  /** What the configuration refers to and this machine does not have, or what was not tried. */
  secrets: Unreadable[]
  /** What a person should know of the root as a whole. */
  problems: Problem[]
}

/** Where datasets are put together; it is there until all of them are in the root. */
const stagingName = '.unsilo-restore'

/**
 * Brings a whole root back from one target. A try that was broken off is gone on with by the next one. A dataset that fails does not
 * stop the others.
 *
 * @throws UnsiloError `clash` when something is in the folder already; `busy`; `not-found` when nothing is at the target
 */
export async function restoreRoot(options: RestoreRootOptions, context: Context): Promise<RestoredRoot> {
  const { files } = context.system
  const { root } = options
  checkRoot(options, context)
  return withPlace(options, context, async (place) => {
    const names = await datasetsAt(place)
    if (names.length === 0) {
      throw new UnsiloError('not-found', `${place.name} has no dataset: there is no DATASET/manifest.json`, {
        hint: 'Check its path, bucket or prefix; before anything is published to it, it has none.',
      })
    }
    const staging = join(root, stagingName)
    files.makeFolder(staging)
    const lock = await acquireLock(join(staging, 'lock'))
    if (lock === undefined) {
      throw new UnsiloError('busy', `another unsilo is restoring into ${root}`, { hint: 'Wait until it has ended.' })
    }
    try {
      return await restoreAll(place, options, names, staging)
    } finally {
      lock.release()
    }
  })
}

async function restoreAll(
  place: Place,
  { root }: RestoreRootOptions,
  names: readonly string[],
  staging: string,
): Promise<RestoredRoot> {
  const { context } = place
  const { files } = context.system
  // First, so that the next try finds the target in it.
  const configuration = await putConfiguration(place, root)
  const datasets: RestoredDataset[] = []
  for (const name of names) {
    checkInterrupt(context)
    datasets.push(await restoreOrTell(place, name, { root, staging }))
    context.onProgress?.({ dataset: name, step: 'done' })
  }
  if (datasets.every(({ state }) => state !== 'failed')) await files.remove(staging)
  await files.sync(root)
  const secrets = await unreadableSecrets(files, root, names)
  const problems = unknownTarget(place, root)
  return { root, from: place.name, datasets, configuration, secrets, problems }
}

async function restoreOrTell(
  place: Place,
  name: string,
  places: { root: string; staging: string },
): Promise<RestoredDataset> {
  try {
    return await restoreDataset(place, name, places)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    if (error.code === 'cancelled') {
      throw new UnsiloError('cancelled', error.message, {
        hint: 'Type the same again to go on: what has come stays.',
        cause: error,
      })
    }
    return { dataset: name, state: 'failed', parcels: 0, files: 0, bytes: 0, lost: {}, problems: [problemOf(error)] }
  }
}

/** @throws UnsiloError `clash`, `not-found` */
function checkRoot({ root, besides }: RestoreRootOptions, { system: { files } }: Context): void {
  const info = files.info(root)
  if (info === undefined && files.info(dirname(root))?.kind !== 'folder') {
    throw new UnsiloError('not-found', `there is no folder ${dirname(root)} to restore into`, {
      hint: 'Create it, or mount the disk that it lies on.',
    })
  }
  if (info !== undefined && info.kind !== 'folder') throw new UnsiloError('clash', `${root} is no folder`)
  const entries = files.list(root).map(({ name }) => name)
  if (entries.includes(stagingName)) return
  const allowed = [rootFileName, ...besides.map((path) => relative(root, path).split(sep)[0])]
  const other = entries.find((name) => !allowed.includes(name))
  if (other === undefined) return
  throw new UnsiloError('clash', `${root} is not empty: it has ${other}; nothing was touched`, {
    hint: `Name a folder that does not exist, or is empty but for its ${rootFileName}.`,
  })
}

/** Under another name, the target's copies would be made anew. */
function unknownTarget({ name, context }: Place, root: string): Problem[] {
  const read = readTomlFile(context.system.files, join(root, rootFileName), rootFileName)
  const targets = read !== undefined && 'file' in read ? read.file.values['targets'] : undefined
  if (isTable(targets) && Object.hasOwn(targets, name)) return []
  return [
    {
      severity: 'warning',
      code: 'config',
      message: `${rootFileName} has no target ${name}, and the ledgers know by that name what is there`,
      hint: `Call it ${name} there, too, before the next run; under another name everything is looked at, or copied, again.`,
    },
  ]
}
