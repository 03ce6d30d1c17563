import { recomputeMetrics } from '../dataset/recompute.ts'
import { parseParcelId } from '../parcel/id.ts'
import type { App } from './app.ts'
import type { ExitStatus } from './exit-code.ts'
import { eachDataset } from './each-dataset.ts'

export async function recompute(args: { datasets: string[]; parcelId?: string }, app: App): Promise<ExitStatus> {
  const wanted = args.parcelId === undefined ? [] : [parseParcelId(args.parcelId)]
  const results: unknown[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const { parcels, problems } = await recomputeMetrics(dataset, app.context, wanted)
    results.push({ dataset: dataset.name, parcels, problems })
    for (const { message, hint } of problems) {
      app.note(`${app.colors.err.yellow('!')} ${dataset.name}: ${message}${hint === undefined ? '' : `\n  → ${hint}`}`)
    }
    const count = `${parcels.length} parcel${parcels.length === 1 ? '' : 's'}`
    if (!app.json && !app.quiet) app.print(`${dataset.name}: measured ${count}`)
  })
  if (app.json) app.printJson({ datasets: results })
  return status
}
