import { packDataset } from '../dataset/packs/pack.ts'
import type { PackOutcome, PackedPack } from '../dataset/packs/outcome.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { sayCount, sayPackedPack } from './packed.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function pack(args: { datasets: string[]; dryRun?: boolean }, app: App): Promise<ExitStatus> {
  const dryRun = args.dryRun === true
  const told: PackOutcome[] = []
  const status = await withProgress(app, (context) =>
    eachDataset(app, args.datasets, async (dataset) => {
      // Without names it is all those that want it.
      if (args.datasets.length === 0 && dataset.config.pack === undefined) return
      told.push(await packDataset(dataset, context, dryRun))
      context.onProgress?.({ dataset: dataset.name, step: 'done' })
    }),
  )
  if (app.json) app.printJson({ dryRun, datasets: told })
  else for (const one of told) show(one, dryRun, app)
  const hasFailed = told.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))
  return hasFailed ? ExitCode.failed : status
}

function show({ dataset, planned, packed, left, problems }: PackOutcome, dryRun: boolean, app: App): void {
  const { dim } = app.colors.out
  if (!app.quiet) {
    if (dryRun) {
      for (const { pack: name, parcels } of planned)
        app.print(`${dataset}: would pack ${sayCount(parcels.length)} into ${name}`)
    }
    for (const one of packed) app.print(packedLine(dataset, one, app))
    if ((dryRun ? planned : packed).length === 0 && problems.length === 0)
      app.print(`${dim('-')} ${dataset}: nothing is old enough to be packed`)
    if (dryRun || app.verbose) for (const { id, because } of left) app.print(`  ${dim('stays')}  ${id}  ${because}`)
  }
  tellProblems(app, dataset, problems)
}

function packedLine(dataset: string, one: PackedPack, { colors }: App): string {
  return `${colors.out.green('✓')} ${sayPackedPack(dataset, one)}`
}
