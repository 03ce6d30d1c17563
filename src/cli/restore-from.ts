import { resolve } from 'node:path'
import type { Restored } from '../dataset/restore.ts'
import { type RestoredFrom, restoreFrom } from '../dataset/restore-from.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { type FromArguments, datasetFolder, openFrom } from './open-from.ts'
import { openProgress } from './progress.ts'
import { tellProblems } from './tell-problems.ts'

export interface RestoreFromArguments extends FromArguments {
  dataset: string
  parcel: string
  to: string
  raw?: boolean
}

/** @param show Tells of one parcel. */
export async function restoreParcelsFrom(
  args: RestoreFromArguments,
  app: App,
  show: (restored: Restored, app: App) => void,
): Promise<ExitStatus> {
  const { parcel } = args
  const wanted = parcel === 'latest' || parcel === 'all' ? parcel : parseParcelId(parcel)
  const place = await openFrom(args, app)
  const where = datasetFolder(app, args.dataset)
  const progress = openProgress(app)
  let restored: RestoredFrom
  try {
    const context = { ...app.context, onProgress: progress.onProgress }
    const options = { ...place, ...where, parcel: wanted, to: resolve(app.cwd, args.to), raw: args.raw === true }
    restored = await restoreFrom(options, context)
  } finally {
    progress.close()
  }
  const { parcels, problems } = restored
  if (app.json) app.printJson(parcel === 'all' ? { dataset: where.name, from: args.from, ...restored } : parcels[0])
  else {
    for (const one of parcels) show(one, app)
    tellProblems(app, where.name, problems)
  }
  return problems.length > 0 ? ExitCode.failed : ExitCode.ok
}
