import { availableParallelism } from 'node:os'
import type { AlertConfigs } from '../alert/config.ts'
import type { Context, Dataset } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { type RunOptions, hasFailed } from '../dataset/outcome.ts'
import { runDatasets } from '../dataset/run.ts'
import { type ParcelId, parseParcelId } from '../parcel/id.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { allDatasets, openDatasets } from './open-datasets.ts'
import { outcomeLines } from './outcome.ts'
import { openProgress } from './progress.ts'
import { tellProblems } from './tell-problems.ts'
import { levelOf } from '../log/entry.ts'
import { entryOf } from './app-log.ts'
import { noteTick } from './note-tick.ts'
import type { RunAlerts } from './run-alerts.ts'

export interface RunArguments {
  datasets: string[]
  dryRun?: boolean
  concurrency?: number
  /** A timer has started it. */
  scheduled?: boolean
}

export async function run(args: RunArguments, app: App): Promise<ExitStatus> {
  if (args.scheduled === true) await noteTick('run', app)
  return runVerb(args, app, { dryRun: args.dryRun === true })
}

export interface ExportArguments {
  datasets: string[]
  parcelId?: string
  concurrency?: number
}

export function exportNow(args: ExportArguments, app: App): Promise<ExitStatus> {
  const parcelId: ParcelId | undefined = args.parcelId === undefined ? undefined : parseParcelId(args.parcelId)
  if (parcelId !== undefined && args.datasets.length !== 1) {
    throw new UnsiloError('usage', '--parcel-id goes with exactly one dataset', { hint: 'Name one dataset.' })
  }
  return runVerb(args, app, { exportNow: true, parcelId })
}

async function runVerb(
  args: { datasets: string[]; concurrency?: number },
  app: App,
  options: RunOptions,
): Promise<ExitStatus> {
  const names = args.datasets
  const { datasets, loaded, status } = await openDatasets(app, names)
  const progress = openProgress(app)
  const isWhole = options.exportNow !== true && names.length === 0
  const alerts = options.dryRun === true ? undefined : await alertsOf(loaded.root.alerts, app, isWhole)
  const context: Context = {
    ...app.context,
    onProgress(step) {
      progress.onProgress?.(step)
      alerts?.progress(step)
    },
  }
  let all: Promise<readonly Dataset[]> | undefined
  const mirror = (): Promise<readonly Dataset[]> =>
    (all ??= names.length === 0 ? Promise.resolve(datasets) : allDatasets(app))
  let outcomes: Outcome[]
  try {
    const atOnce = args.concurrency ?? availableParallelism()
    outcomes = await runDatasets(datasets, context, { ...options, mirror }, atOnce, alerts?.ended)
  } finally {
    progress.close()
  }
  if (app.json) app.printJson({ datasets: outcomes })
  if (datasets.length > 0 || status !== ExitCode.ok) showOutcomes(outcomes, app)
  else if (!app.json) app.note(`There are no datasets in ${app.root}. \`unsilo init NAME\` makes one.`)
  const ended = app.context.signal.aborted ? ExitCode.interrupted : statusOf(outcomes, status)
  await alerts?.close(outcomes, ended)
  return ended
}

/** The code of channels is loaded only where there are some. */
async function alertsOf(configs: AlertConfigs, app: App, isPinged: boolean): Promise<RunAlerts | undefined> {
  if (Object.keys(configs).length === 0) return undefined
  const { openRunAlerts } = await import('./run-alerts.ts')
  return openRunAlerts(configs, app, isPinged)
}

function showOutcomes(outcomes: readonly Outcome[], app: App): void {
  for (const outcome of outcomes) {
    const { done, problems } = outcomeLines(outcome, app.colors.out, app.colors.err)
    for (const line of done) {
      if (app.quiet || app.json) app.log.add(entryOf(line))
      else app.print(line)
    }
    for (const line of problems) {
      if (app.json) app.log.add(entryOf(line))
      else app.note(line)
    }
    if (app.json)
      for (const problem of outcome.problems)
        app.log.add({ ...problem, dataset: outcome.dataset, level: levelOf(problem) })
    else tellProblems(app, outcome.dataset, outcome.problems)
  }
  const idle = outcomes.filter((outcome) => outcomeLines(outcome, app.colors.out, app.colors.err).isIdle)
  if (app.quiet || app.json || idle.length === 0) return
  const next = idle.map(({ due }) => due.nextAt?.getTime() ?? Infinity).reduce((a, b) => Math.min(a, b), Infinity)
  const when =
    next === Infinity ? '' : `; the next is due ${new Date(next).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  app.print(app.colors.out.dim(`${idle.length} dataset${idle.length === 1 ? '' : 's'} not due${when}`))
}

/** A failure outweighs a lock that another process holds; that outweighs a broken configuration of others. */
function statusOf(outcomes: readonly Outcome[], configStatus: ExitStatus): ExitStatus {
  const failed = outcomes.filter(hasFailed)
  if (failed.length === 0) return configStatus
  const isBusy = failed.every(({ problems }) => problems.some(({ code }) => code === 'busy'))
  if (isBusy) return configStatus === ExitCode.ok ? ExitCode.locked : configStatus
  const isConfig = failed.every(
    ({ exported, problems }) => exported === undefined && problems.every(({ code }) => code === 'config'),
  )
  return isConfig ? ExitCode.config : ExitCode.failed
}
