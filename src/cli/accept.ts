import type { Cause } from '../alert/cause.ts'
import { acceptParcel } from '../dataset/accept.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { readHistory } from '../dataset/history.ts'
import { type ParcelId, parseParcelId } from '../parcel/id.ts'
import { reportOn } from '../report/report.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'

/** Warnings about a good parcel that are over once it is accepted. */
const unusual: readonly Cause[] = ['figures', 'drift', 'gap']

export async function accept(args: { dataset: string; parcel: string }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const parcel = parseParcelId(args.parcel)
  const { state } = readHistory(app.context.system.files, dataset.layout).get(parcel) ?? {}
  const isPlain = state === 'good' && !(await isUnusual(dataset, parcel, app))
  const changed = !isPlain && (await acceptParcel(dataset, app.context, parcel))
  if (app.json) app.printJson({ dataset: dataset.name, parcel, state: 'good', changed })
  else if (!app.quiet) {
    const done = state === 'good' ? 'is right: what is unusual in it counts as usual' : 'counts as good'
    const said = changed ? `${done} from now on` : 'was good already: there is nothing to accept'
    app.print(`${dataset.name} ${parcel} ${said}`)
  }
  return ExitCode.ok
}

/** Whether it is the newest good one, and something about it is told that accepting it puts an end to. */
async function isUnusual(dataset: Dataset, parcel: ParcelId, app: App): Promise<boolean> {
  const { lastSuccess, warnings } = await reportOn(dataset, app.context)
  return lastSuccess?.parcel === parcel && warnings.some(({ cause }) => unusual.includes(cause))
}
