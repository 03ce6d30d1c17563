import { resolve } from 'node:path'
import { type Restored, restoreParcel } from '../dataset/restore.ts'
import { UnsiloError } from '../errors.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import type { FromArguments } from './open-from.ts'
import { openOneDataset } from './open-datasets.ts'
import { openProgress } from './progress.ts'
import { type RestoreDatabaseArguments, restoreIntoDatabase } from './restore-database.ts'
import { tellNotes } from './restored-notes.ts'

export interface RestoreArguments extends Partial<FromArguments>, Partial<RestoreDatabaseArguments> {
  parcel: string
  /** The user has said where the root is. */
  isRootNamed: boolean
}

/** What is restored into one place. */
type OfDataset = RestoreArguments & { dataset: string; to: string }

export async function restore(args: RestoreArguments, app: App): Promise<ExitStatus> {
  checkSource(args)
  const { dataset, to, from, database } = args
  if (dataset === undefined) {
    checkForRoot(args)
    // Verbs that need a target are loaded only when one is named.
    return (await import('./restore-root.ts')).restoreWholeRoot({ ...args, from: from! }, app)
  }
  if (to === undefined) {
    throw new UnsiloError('usage', 'there is no --to, which says where to restore to', {
      hint: 'Name a folder that does not exist, or is empty: --to FOLDER.',
    })
  }
  if (database !== undefined) return restoreIntoDatabase({ ...args, dataset, to, database }, app)
  checkForFiles({ ...args, dataset, to })
  if (from !== undefined) {
    return (await import('./restore-from.ts')).restoreParcelsFrom({ ...args, dataset, to, from }, app, show)
  }
  return restoreLocal({ ...args, dataset, to }, app)
}

async function restoreLocal(args: OfDataset, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const parcel = args.parcel === 'latest' ? undefined : parseParcelId(args.parcel)
  const progress = openProgress(app)
  let restored: Restored
  try {
    const context = { ...app.context, onProgress: progress.onProgress }
    restored = await restoreParcel(dataset, context, { parcel, to: resolve(app.cwd, args.to), raw: args.raw === true })
  } finally {
    progress.close()
  }
  if (app.json) app.printJson(restored)
  else show(restored, app)
  return ExitCode.ok
}

/** @throws UnsiloError `usage` for what only makes sense with a target */
function checkSource({ from, config, identity }: RestoreArguments): void {
  if (from !== undefined || (config === undefined && identity === undefined)) return
  throw new UnsiloError('usage', `${config === undefined ? '--identity' : '--config'} needs --from`, {
    hint: 'Say which target to restore from: --from NAME.',
  })
}

/** @throws UnsiloError `usage` for what only makes sense with a dataset */
function checkForRoot(args: RestoreArguments): void {
  if (args.from === undefined) {
    throw new UnsiloError('usage', 'there is no dataset to restore', {
      hint: 'Name one; or --root FOLDER --from TARGET, to bring all datasets of a target back.',
    })
  }
  const misplaced = ['to', 'raw', 'database', 'overwrite'].find((key) => key in args)
  const other = args.parcel === 'latest' ? misplaced : 'parcel'
  if (other !== undefined) throw new UnsiloError('usage', `--${other} needs a dataset`, { hint: 'Name it.' })
}

/** @throws UnsiloError `usage` for what only makes sense with a database */
function checkForFiles(args: OfDataset): void {
  const isUrl = /^[a-z]+:\/\//i.test(args.to)
  const isMisplaced = args.overwrite === true || Object.keys(args).some((key) => key.startsWith('password'))
  if (!isUrl && !isMisplaced) return
  throw new UnsiloError('usage', `${isUrl ? 'a URL in --to' : '--overwrite, and a password,'} needs --database`, {
    hint: 'Say which database of the parcel to restore: --database NAME.',
  })
}

function show(restored: Restored, app: App): void {
  const { dataset, parcel, to, how, files, from } = restored
  tellNotes(restored, app)
  if (app.quiet) return
  const count = files === 1 ? '1 file' : `${files} files`
  const source = from === undefined ? '' : ` at ${from}`
  app.print(`${app.colors.out.green('✓')} ${dataset}: ${how} ${count} of ${parcel}${source} to ${to}`)
}
