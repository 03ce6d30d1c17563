import { unpackDataset } from '../dataset/packs/unpack-parcels.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function unpack(args: { dataset: string; wanted: string[] }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const done = await withProgress(app, (context) => unpackDataset(dataset, context, args.wanted))
  const { parcels, problems } = done
  if (app.json) app.printJson(done)
  else {
    const count = parcels.length === 1 ? parcels[0]! : `${parcels.length} parcels`
    if (!app.quiet) {
      app.print(
        parcels.length === 0
          ? `${app.colors.out.dim('-')} ${dataset.name}: nothing is packed`
          : `${app.colors.out.green('✓')} ${dataset.name}: unpacked ${count} into ${dataset.layout.data}`,
      )
    }
    tellProblems(app, dataset.name, problems)
  }
  return problems.some(({ severity }) => severity === 'error') ? ExitCode.failed : ExitCode.ok
}
