import type { CheckResult } from '../../view/check/result.ts'
import type { Context, Dataset } from '../dataset.ts'
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
  const tables = await openMirrorTables(checkNeeds(dataset), mirror, context, onProblem)
  try {
    return await runChecks(dataset, tables, context.system.clock.now())
  } finally {
    tables.close()
  }
}
