import { rulesOf } from '../../view/check/questions.ts'
import type { CheckResult } from '../../view/check/result.ts'
import type { Context, Dataset } from '../dataset.ts'
import { readHistory, sealedParcels } from '../history.ts'
import { openMirrorTables } from './mirror-tables.ts'
import type { OnProblem } from './query-mirror.ts'
import { hasChecks } from '../view-work.ts'
import { checkNeeds, runChecks } from './run-checks.ts'

/**
 * Asks all checks of a dataset, after its views have been brought up to date; nothing is written down.
 *
 * @param mirror Itself, and the datasets that its checks may name.
 */
export async function checkDataset(
  dataset: Dataset,
  mirror: readonly Dataset[],
  context: Context,
  onProblem: OnProblem,
): Promise<CheckResult[]> {
  if (!hasChecks(dataset)) return []
  if (sealedParcels(readHistory(context.system.files, dataset.layout)).length === 0) return unasked(dataset)
  const tables = await openMirrorTables(checkNeeds(dataset), mirror, context, onProblem)
  try {
    return await runChecks(dataset, tables, context.system.clock.now())
  } finally {
    tables.close()
  }
}

/** Without parcels there are no items, nor columns: that there should be some by now is the report's to say. */
function unasked({ config }: Dataset): CheckResult[] {
  return config.views.flatMap(({ name: view, checks }) =>
    Object.entries(checks).flatMap(([check, of]) =>
      rulesOf(of).map(
        (rule) => ({ view, check, rule, verdict: 'passed', message: 'no parcels yet', examples: [] }) as const,
      ),
    ),
  )
}
