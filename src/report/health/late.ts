import type { Context, Dataset } from '../../dataset/dataset.ts'
import { overdueOf } from '../../dataset/due.ts'
import type { History } from '../../dataset/history.ts'
import { hasSource } from '../../dataset/source.ts'
import { type Warning, warningOf } from '../warnings.ts'
import { linkHint } from './link.ts'

export async function lateWarnings(dataset: Dataset, context: Context, history: History): Promise<Warning[]> {
  if (history.newestGood === undefined) return []
  const late = await overdueOf(dataset, context, history)
  if (!late.overdue) return []
  const hint = hasSource(dataset)
    ? `Check that \`unsilo run\` is started regularly; \`unsilo why ${dataset.name}\`.`
    : `${linkHint(dataset)}Put the file where ingest.paths finds it, then \`unsilo run ${dataset.name}\`.`
  return [warningOf('late', { message: late.because, hint })]
}
