import type { Problem } from '../dataset/dataset.ts'
import { drainDataset } from '../dataset/drain.ts'
import type { Drained } from '../dataset/drain-result.ts'
import { drainSetup } from '../dataset/drain-setup.ts'
import type { App } from './app.ts'
import { drainedLines, refusedLine } from './drained.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openProgress } from './progress.ts'
import { risksAmong } from '../watch/run-troubles.ts'
import { tellProblems } from './tell-problems.ts'
import { rememberRisks, tellRisks } from './tell-risks.ts'

export async function drain(args: { datasets: string[]; dryRun?: boolean }, app: App): Promise<ExitStatus> {
  const dryRun = args.dryRun === true
  const told: ({ dataset: string } & Drained & { problems: Problem[] })[] = []
  const progress = openProgress(app)
  const context = { ...app.context, onProgress: progress.onProgress }
  let status: ExitStatus
  try {
    status = await eachDataset(app, args.datasets, async (dataset) => {
      // Of all datasets, only those that are meant; one that is named must be one of them.
      const setup = drainSetup(dataset)
      if (args.datasets.length === 0 && (setup === undefined || !(setup.drain.enabled || dryRun))) return
      const { drained, problems } = await drainDataset(dataset, context, dryRun)
      context.onProgress({ dataset: dataset.name, step: 'done' })
      told.push({ dataset: dataset.name, ...drained, problems })
      if (dryRun) return
      const risks = risksAmong(problems)
      if (risks.length > 0) await tellRisks(dataset, risks, app)
      else if (drained.refused === undefined && drained.failed !== true) await rememberRisks(dataset, [], app)
    })
  } finally {
    progress.close()
  }
  if (app.json) app.printJson({ dryRun, datasets: told })
  else if (told.length > 0) for (const one of told) show(one, app)
  else if (args.datasets.length === 0) app.note('No dataset is drained: none has `enabled = true` in [source.drain].')
  if (app.context.signal.aborted) return ExitCode.interrupted
  const hasFailed = told.some(
    ({ refused, problems }) => refused !== undefined || problems.some(({ severity }) => severity === 'error'),
  )
  return hasFailed ? ExitCode.failed : status
}

function show({ dataset, problems, ...drained }: { dataset: string; problems: Problem[] } & Drained, app: App): void {
  if (!app.quiet) for (const line of drainedLines(dataset, drained, app.colors.out)) app.print(line)
  const refused = refusedLine(dataset, drained, app.colors.err)
  if (refused !== undefined) app.note(refused)
  tellProblems(app, dataset, problems)
}
