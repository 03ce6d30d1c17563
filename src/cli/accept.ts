import { acceptParcel } from '../dataset/accept.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'

export async function accept(args: { dataset: string; parcel: string }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const parcel = parseParcelId(args.parcel)
  const changed = await acceptParcel(dataset, app.context, parcel)
  if (app.json) app.printJson({ dataset: dataset.name, parcel, state: 'good', changed })
  else if (!app.quiet)
    app.print(`${dataset.name} ${parcel} ${changed ? 'counts as good from now on' : 'was good already'}`)
  return ExitCode.ok
}
