import { resolve } from 'node:path'
import { type Restored, restoreParcel } from '../dataset/restore.ts'
import { UnsiloError } from '../errors.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { openProgress } from './progress.ts'
import { type RestoreDatabaseArguments, restoreIntoDatabase } from './restore-database.ts'
import { tellNotes } from './restored-notes.ts'

export interface RestoreArguments extends Partial<Omit<RestoreDatabaseArguments, 'dataset' | 'parcel' | 'to'>> {
  dataset: string
  parcel: string
  to: string
}

export async function restore(args: RestoreArguments, app: App): Promise<ExitStatus> {
  const { database } = args
  if (database !== undefined) return restoreIntoDatabase({ ...args, database }, app)
  checkForFiles(args)
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

/** @throws UnsiloError `usage` for what only makes sense with a database */
function checkForFiles(args: RestoreArguments): void {
  const isUrl = /^[a-z]+:\/\//i.test(args.to)
  const isMisplaced = args.overwrite === true || Object.keys(args).some((key) => key.startsWith('password'))
  if (!isUrl && !isMisplaced) return
  throw new UnsiloError('usage', `${isUrl ? 'a URL in --to' : '--overwrite, and a password,'} needs --database`, {
    hint: 'Say which database of the parcel to restore: --database NAME.',
  })
}

function show(restored: Restored, app: App): void {
  const { dataset, parcel, to, how, files } = restored
  tellNotes(restored, app)
  if (app.quiet) return
  const count = files === 1 ? '1 file' : `${files} files`
  app.print(`${app.colors.out.green('✓')} ${dataset}: ${how} ${count} of ${parcel} to ${to}`)
}
