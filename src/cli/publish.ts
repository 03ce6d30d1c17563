import { type DatasetPublication, publishDataset } from '../dataset/publish-dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { publishedLines, publishPlanLines, withdrawnLines } from './outcome.ts'
import { openProgress } from './progress.ts'
import { risksAmong } from '../watch/run-troubles.ts'
import { tellProblems } from './tell-problems.ts'
import { tellRisks } from './tell-risks.ts'

export interface PublishArguments {
  datasets: string[]
  target?: string[]
  backfill?: boolean
  dryRun?: boolean
}

export async function publish(args: PublishArguments, app: App): Promise<ExitStatus> {
  const { datasets, target: targets = [], backfill = false, dryRun = false } = args
  const told: ({ dataset: string } & DatasetPublication)[] = []
  const published = new Set<string>()
  const progress = openProgress(app)
  const context = { ...app.context, onProgress: progress.onProgress }
  let status: ExitStatus
  try {
    status = await eachDataset(app, datasets, async (dataset) => {
      // Of all datasets, only those that are meant.
      const names = dataset.targets.map(({ name }) => name)
      for (const name of names) published.add(name)
      const isMeant = targets.length === 0 ? names.length > 0 : targets.some((name) => names.includes(name))
      if (datasets.length === 0 && !isMeant) return
      const wanted = datasets.length === 0 ? targets.filter((name) => names.includes(name)) : targets
      const done = await publishDataset(dataset, context, { targets: wanted, backfill, dryRun })
      context.onProgress({ dataset: dataset.name, step: 'done' })
      told.push({ dataset: dataset.name, ...done })
      const risks = dryRun ? [] : risksAmong(done.problems)
      if (risks.length > 0) await tellRisks(dataset, risks, app)
    })
  } finally {
    progress.close()
  }
  const unknown = targets.find((name) => !published.has(name))
  if (unknown !== undefined && datasets.length === 0) throw unknownTarget(unknown, [...published])
  if (app.json) app.printJson({ dryRun, datasets: told })
  else show(told, datasets.length === 0, app)
  if (app.context.signal.aborted) return ExitCode.interrupted
  const hasFailed = told.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))
  return hasFailed ? ExitCode.failed : status
}

function show(told: readonly ({ dataset: string } & DatasetPublication)[], isAll: boolean, app: App): void {
  const { out } = app.colors
  let isIdle = true
  for (const { dataset, published, withdrawn, problems, planned = [] } of told) {
    const lines = [
      ...publishedLines(dataset, published, out),
      ...withdrawnLines(dataset, withdrawn, out),
      ...publishPlanLines(dataset, planned),
    ]
    isIdle &&= lines.length === 0 && problems.length === 0
    if (!app.quiet) for (const line of lines) app.print(line)
    tellProblems(app, dataset, problems)
  }
  if (!isIdle || app.quiet) return
  if (told.length > 0) app.note('Every target has what it should.')
  else if (isAll) app.note('No dataset is published: none has `publish`.')
}

function unknownTarget(name: string, known: readonly string[]): UnsiloError {
  return new UnsiloError('usage', `no dataset publishes to "${name}"`, {
    hint: known.length === 0 ? 'None has `publish`.' : `They publish to ${known.toSorted().join(', ')}.`,
  })
}
