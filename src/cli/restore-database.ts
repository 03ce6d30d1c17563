import { readSecret } from '../config/secrets.ts'
import { type RestoredToDatabase, restoreDatabase } from '../dataset/restore-database.ts'
import { restoreDatabaseFrom } from '../dataset/restore-database-from.ts'
import { UnsiloError } from '../errors.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { SecretReference } from '../system/schema.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { type FromArguments, datasetFolder, openFrom } from './open-from.ts'
import { openProgress } from './progress.ts'
import { tellNotes } from './restored-notes.ts'

export interface RestoreDatabaseArguments extends Partial<FromArguments> {
  dataset: string
  parcel: string
  database: string
  to: string
  raw?: boolean
  overwrite?: boolean
  passwordFile?: string
  passwordEnv?: string
  passwordCommand?: string
  passwordCredential?: string
}

export async function restoreIntoDatabase(args: RestoreDatabaseArguments, app: App): Promise<ExitStatus> {
  if (args.raw === true) throw new UnsiloError('usage', '--raw is for files, and not for --database')
  const secret = referenceIn(args)
  const parcel = args.parcel === 'latest' ? undefined : parseParcelId(args.parcel)
  const { database, to, overwrite = false } = args
  const readPassword =
    secret === undefined
      ? undefined
      : () => readSecret(app.context.system.files, secret.option, secret.reference, app.cwd)
  const progress = openProgress(app)
  let restored: RestoredToDatabase
  try {
    const context = { ...app.context, onProgress: progress.onProgress }
    const options = { database, to, folder: app.cwd, overwrite, readPassword }
    if (args.from === undefined) {
      restored = await restoreDatabase(await openOneDataset(app, args.dataset), context, { ...options, parcel })
    } else {
      const { name } = datasetFolder(app, args.dataset)
      const at = { ...(await openFrom({ ...args, from: args.from }, app)), name, parcel: parcel ?? 'latest' }
      restored = await restoreDatabaseFrom(at, context, options)
    }
  } finally {
    progress.close()
  }
  if (app.json) app.printJson(restored)
  else show(restored, app)
  return ExitCode.ok
}

/** Where the password is kept. @throws UnsiloError `usage` when two places are named */
function referenceIn(args: RestoreDatabaseArguments): { option: string; reference: SecretReference } | undefined {
  const given = [
    ...(args.passwordFile === undefined ? [] : [{ option: '--password-file', reference: { file: args.passwordFile } }]),
    ...(args.passwordEnv === undefined ? [] : [{ option: '--password-env', reference: { env: args.passwordEnv } }]),
    ...(args.passwordCommand === undefined
      ? []
      : [{ option: '--password-command', reference: { command: args.passwordCommand } }]),
    ...(args.passwordCredential === undefined
      ? []
      : [{ option: '--password-credential', reference: { credential: args.passwordCredential } }]),
  ]
  if (given.length < 2) return given[0]
  throw new UnsiloError('usage', `${given.map(({ option }) => option).join(' and ')} exclude each other`)
}

function show(restored: RestoredToDatabase, app: App): void {
  const { dataset, parcel, database, to, overwritten } = restored
  tellNotes(restored, app)
  if (app.quiet) return
  const replaced = overwritten ? ', in place of what was there' : ''
  app.print(`${app.colors.out.green('✓')} ${dataset}: restored ${database} of ${parcel} to ${to}${replaced}`)
}
