import { type ThinPlan, thinned } from '../dataset/thin/plan.ts'
import { thinDataset, undoThin } from '../dataset/thin/thin.ts'
import { UnsiloError } from '../errors.ts'
import { parseParcelId } from '../parcel/id.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { tellProblems } from './tell-problems.ts'
import { withProgress } from './with-progress.ts'

export interface ThinArguments {
  datasets: string[]
  dryRun?: boolean
  undo?: string[]
}

export async function thin({ datasets, dryRun = false, undo }: ThinArguments, app: App): Promise<ExitStatus> {
  if (undo !== undefined) return undoIn(datasets, undo, dryRun, app)
  const plans: ThinPlan[] = []
  const status = await eachDataset(app, datasets, async (dataset) => {
    // Of all datasets, those are meant that say what may be thinned.
    if (datasets.length === 0 && dataset.config.thin === undefined) return
    const plan = await withProgress(app, (context) => thinDataset(dataset, context, dryRun))
    plans.push(plan)
    if (!app.json && !app.quiet) showPlan(plan, dryRun, app)
  })
  if (plans.length === 0 && status === ExitCode.ok) throw nothingToThin()
  if (app.json) app.printJson({ dryRun, datasets: plans })
  return status
}

function nothingToThin(): UnsiloError {
  return new UnsiloError('config', 'no dataset says what may be thinned: `thin` is set in none', {
    hint: 'In its config.toml: thin = { views = ["…"] }, the views that have all you want of old parcels. See docs/thin.md.',
  })
}

async function undoIn(
  datasets: readonly string[],
  undo: readonly string[],
  dryRun: boolean,
  app: App,
): Promise<ExitStatus> {
  const [name, ...others] = datasets
  if (name === undefined || others.length > 0 || dryRun) {
    throw new UnsiloError('usage', dryRun ? '--undo has no dry run' : '--undo is for one dataset', {
      hint: 'Write: unsilo thin DATASET --undo PARCEL; `unsilo parcels DATASET` lists what is in the trash.',
    })
  }
  const dataset = await openOneDataset(app, name)
  const wanted = undo.includes('all') ? 'all' : undo.map(parseParcelId)
  const { parcels, problems } = await undoThin(dataset, app.context, wanted)
  if (app.json) app.printJson({ dataset: dataset.name, parcels, problems })
  else {
    if (parcels.length + problems.length === 0) app.print(`${dataset.name}: the trash is empty`)
    for (const id of parcels) app.print(`${dataset.name}: ${id} is back`)
    tellProblems(app, dataset.name, problems)
  }
  return problems.length === 0 ? ExitCode.ok : ExitCode.failed
}

function showPlan(plan: ThinPlan, dryRun: boolean, app: App): void {
  const { bold, dim, yellow } = app.colors.out
  const goes = thinned(plan)
  const bytes = goes.reduce((sum, one) => sum + (one.bytes ?? 0), 0)
  const size = goes.length === 0 ? '' : `, ${saySize(bytes)}`
  const days = plan.trashDays === 1 ? '1 day' : `${plan.trashDays} days`
  const where = goes.length === 0 ? '' : `, for ${days}`
  const what = dryRun ? 'would move' : 'moved'
  app.print(
    `${bold(plan.dataset)}: ${what} ${goes.length} of ${plan.decisions.length} parcels to the trash${size}${where}`,
  )
  const frozen = plan.decisions.flatMap(({ reasons }) => reasons).find((reason) => reason.startsWith('frozen: '))
  if (frozen !== undefined && !dryRun) app.print(`  ${yellow('!')} ${frozen}`)
  for (const { id, keep, reasons } of plan.decisions) {
    if (keep && !dryRun && !app.verbose) continue
    app.print(`  ${keep ? dim('keep ') : yellow('trash')}  ${id}  ${reasons.join('; ')}`)
  }
}
