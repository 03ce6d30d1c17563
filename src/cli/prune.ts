import { type PrunePlan, letGo, pruneDataset, removals } from '../dataset/prune.ts'
import type { App } from './app.ts'
import { risksAmong } from '../watch/run-troubles.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { tellProblems } from './tell-problems.ts'
import { forgetRisks, tellRisks } from './tell-risks.ts'

export async function prune(args: { datasets: string[]; dryRun?: boolean }, app: App): Promise<ExitStatus> {
  const dryRun = args.dryRun === true
  const plans: Pruned[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const plan = await pruneDataset(dataset, app.context, dryRun)
    plans.push(plan)
    const isDone = !hasErrors(plan)
    if (!app.json && !app.quiet && isDone) showPlan(plan, dryRun, app)
    if (!app.json) tellProblems(app, plan.dataset, plan.problems)
    if (dryRun) return
    if (isDone) await forgetRisks(dataset, ({ message }) => message.startsWith(letGo), app)
    else await tellRisks(dataset, risksAmong(plan.problems), app)
  })
  if (app.json) app.printJson({ dryRun, datasets: plans })
  return plans.some(hasErrors) ? ExitCode.failed : status
}

type Pruned = Awaited<ReturnType<typeof pruneDataset>>

function hasErrors({ problems }: Pruned): boolean {
  return problems.some(({ severity }) => severity === 'error')
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
