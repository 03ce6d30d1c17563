import { resolve } from 'node:path'
import { ingestFile } from '../dataset/ingest-file.ts'
import { parseParcelId } from '../parcel/id.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'

export async function ingest(
  args: { dataset: string; path: string; parcelId?: string },
  app: App,
): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const id = args.parcelId === undefined ? undefined : parseParcelId(args.parcelId)
  const { sealed, problems } = await ingestFile(dataset, app.context, resolve(app.cwd, args.path), id)
  for (const { message } of problems) app.note(`${app.colors.err.yellow('!')} ${dataset.name}: ${message}`)
  if (app.json) app.printJson({ dataset: dataset.name, sealed, problems })
  else if (!app.quiet) {
    const doubts = sealed.doubts === undefined ? '' : `; suspect: ${sealed.doubts.join('; ')}`
    app.print(`${dataset.name}: ingested ${args.path} as ${sealed.parcel}, ${saySize(sealed.bytes)}${doubts}`)
  }
  return ExitCode.ok
}
