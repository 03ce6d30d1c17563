import type { CopyFacts } from '../../dataset/copies/places.ts'
import type { Context, Dataset } from '../../dataset/dataset.ts'
import type { History } from '../../dataset/history.ts'
import type { PublishPlan } from '../../dataset/publish.ts'
import type { MetricTable } from '../../metric/metrics-file.ts'
import { checkWarnings } from '../check-warnings.ts'
import { damagedWarnings, unpublishedWarnings } from '../copy-warnings.ts'
import { drainWarnings } from '../drain-warnings.ts'
import { type Warning, rankOf } from '../warnings.ts'
import { successWarnings, tracelessWarnings } from './attempts.ts'
import { lateWarnings } from './late.ts'
import { damageWarnings, goneWarnings, metricWarnings } from './stored.ts'

/** Everything that a person should know of a dataset, the worst first. */
export async function findWarnings(
  dataset: Dataset,
  context: Context,
  history: History,
  table: MetricTable,
  copies: { facts: CopyFacts; plan: PublishPlan },
): Promise<Warning[]> {
  const now = context.system.clock.now()
  const warnings = [
    ...damageWarnings(dataset, context, history),
    ...successWarnings(dataset, history, now),
    ...tracelessWarnings(dataset, history, table, now),
    ...(await lateWarnings(dataset, context, history)),
    ...goneWarnings(dataset, history, table),
    ...damagedWarnings(dataset, copies.facts),
    ...(await unpublishedWarnings(dataset, context, copies.facts, copies.plan)),
    ...drainWarnings(dataset, history),
    ...checkWarnings(dataset, history),
    ...metricWarnings(dataset, history, table),
  ]
  return warnings.sort((a, b) => rankOf(a.health) - rankOf(b.health))
}
