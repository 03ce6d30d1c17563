import { type PrunePlan, pruneDataset, removals } from '../dataset/prune.ts'
import type { App } from './app.ts'
import type { ExitStatus } from './exit-code.ts'
import { eachDataset } from './each-dataset.ts'
import { tellProblems } from './tell-problems.ts'

export async function prune(args: { datasets: string[]; dryRun?: boolean }, app: App): Promise<ExitStatus> {
  const dryRun = args.dryRun === true
  const plans: unknown[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const plan = await pruneDataset(dataset, app.context, dryRun)
    plans.push(plan)
    if (!app.json && !app.quiet) showPlan(plan, dryRun, app)
    if (!app.json) tellProblems(app, plan.dataset, plan.problems)
  })
  if (app.json) app.printJson({ dryRun, datasets: plans })
  return status
}

function showPlan(plan: PrunePlan, dryRun: boolean, app: App): void {
  const { bold, dim, red } = app.colors.out
  const removed = removals(plan)
  const verb = dryRun ? 'would remove' : 'removed'
  app.print(
    `${bold(plan.dataset)}: ${verb} ${removed.length} of ${plan.decisions.length}${plan.frozen ? ' (frozen)' : ''}`,
  )
  for (const { id, keep, reasons } of plan.decisions) {
    if (keep && !dryRun && !app.verbose) continue
    app.print(`  ${keep ? dim('keep  ') : red('remove')}  ${id}  ${reasons.join('; ')}`)
  }
}
