import { expectUnsiloError } from '../errors.ts'
import { type Measurement, measureParcel } from '../metric/measure.ts'
import { type MetricRow, updateMetrics } from '../metric/metrics-file.ts'
import type { ParcelId } from '../parcel/id.ts'
import { mapPool } from '../system/pool.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { type CommandEnvironment, environmentOf } from './environment.ts'
import { type History, readHistory } from './history.ts'
import { openLender } from './packs/lend.ts'

/** A metric command without the dataset's own `timeout` is ended after this, in ms. */
const metricTimeoutMs = 10 * 60 * 1000

/**
 * Measures parcels and writes their rows to `metrics.csv`, all in one replacement.
 *
 * @param atOnce How many parcels are measured side by side.
 * @returns A warning for each metric that failed; a failed parcel's own metrics may fail unnoticed.
 */
export async function recordMetrics(
  dataset: Dataset,
  context: Context,
  ids: readonly ParcelId[],
  atOnce = 1,
  history: History = readHistory(context.system.files, dataset.layout),
): Promise<Problem[]> {
  if (ids.length === 0) return []
  const { files } = context.system
  const { layout, config } = dataset
  const problems: Problem[] = []
  const environment = await metricEnvironment(dataset, problems)
  const lender = openLender(dataset, context)
  const measure = async (id: ParcelId): Promise<MetricRow> => {
    const record = history.get(id)
    const sealed = record?.state === 'good' || record?.state === 'suspect'
    const measureAt = (parcelPath: string | undefined): Promise<Measurement> =>
      measureParcel(files, {
        parcelId: id,
        sealed,
        parcelPath,
        datasetPath: layout.folder,
        metrics: config.metrics,
        ...environment,
        timeoutMs: config.timeoutMs ?? metricTimeoutMs,
        signal: context.signal,
      })
    const stored = record?.stored
    const { row, failures } = await (stored === undefined
      ? measureAt(undefined)
      : lender.use(stored, (lent) => measureAt(lent.stored.path)))
    for (const { metric, reason } of sealed ? failures : []) {
      problems.push({
        severity: 'warning',
        code: 'metric-failed',
        message: `metric ${metric} of ${id}: ${reason}`,
        hint: `Mend metrics.${metric}.cmd, then run \`unsilo metrics recompute ${dataset.name}\`.`,
      })
    }
    return row
  }
  try {
    const rows = await mapPool(ids, atOnce, measure)
    await updateMetrics(files, layout.metrics, rows)
  } finally {
    await lender.close()
  }
  return problems
}

/** A secret that cannot be read is a warning here: the row is written all the same, and what needed it is `ERROR`. */
async function metricEnvironment(dataset: Dataset, problems: Problem[]): Promise<CommandEnvironment | undefined> {
  if (Object.keys(dataset.config.metrics).length === 0) return undefined
  try {
    return await environmentOf(dataset)
  } catch (error) {
    const { code, message, hint } = expectUnsiloError(error)
    problems.push({ severity: 'warning', code, message, hint })
    return undefined
  }
}
