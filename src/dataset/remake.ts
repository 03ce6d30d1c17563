import { expectUnsiloError } from '../errors.ts'
import { type MetricRow, readMetricsIfWhole } from '../metric/metrics-file.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { commitRecords } from './git.ts'
import { type History, readHistory } from './history.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { settleInRun } from './packs/work.ts'
import { type DamagedParcel, recheckParcels } from './recover-parcels.ts'
import { type Recovered, recoverUnknown } from './recover-unknown.ts'
import type { RemadeView } from './recover-views.ts'
import { recover } from './recover.ts'

/** What was made again from the parcels of a dataset, and what differs from before. */
export interface Remade {
  dataset: string
  /** Parcels that the ledger did not know, and does now. */
  recovered: Recovered[]
  /** Parcels that are not what was sealed any more. They are not measured. */
  damaged: Omit<DamagedParcel, 'isNew'>[]
  /** Parcels and attempts that were measured. */
  measured: ParcelId[]
  metrics: MetricChange[]
  views: RemadeView[]
  problems: Problem[]
}

interface MetricChange {
  parcel: ParcelId
  metric: string
  /** As in `metrics.csv`; missing: it was not there. */
  before?: string
  after?: string
}

/** How many parcels are measured side by side. */
const atOnce = 4

/**
 * Makes again all that is derived: lines of the ledger that parcels lack, metrics, and views. Parcels are read, and none is changed. What
 * there was goes only when the new stands in its place.
 */
export function remakeDataset(dataset: Dataset, context: Context): Promise<Remade> {
  return withLock(dataset, context, async () => {
    const { files } = context.system
    const { layout, config } = dataset
    const remade: Remade = {
      dataset: dataset.name,
      recovered: [],
      damaged: [],
      measured: [],
      metrics: [],
      views: [],
      problems: [],
    }
    const { problems } = remade
    // Views, and the engine that they are stored with, are loaded on first use.
    const views = config.views.length > 0 ? await import('./recover-views.ts') : undefined
    const before = await views?.countsBefore(dataset, context, readHistory(files, layout))

    const ended = await recover(dataset, context)
    await settleInRun(dataset, context, readHistory(files, layout), problems)
    const unknown = await recoverUnknown(dataset, context)
    remade.recovered = unknown.recovered
    problems.push(...unknown.problems)
    const isFresh = (id: ParcelId): boolean => remade.recovered.some(({ parcel }) => parcel === id)
    const checked = await recheckParcels(dataset, context, isFresh)
    problems.push(...checked.problems)
    remade.damaged = checked.damaged.map(({ parcel, faults }) => ({ parcel, faults }))
    const history = readHistory(files, layout)
    await remeasure(dataset, context, history, ended, remade)

    if (views !== undefined) {
      const made = await views.remakeViews(dataset, context, history, before!, checked.damaged)
      remade.views = made.views
      problems.push(...made.problems)
    }
    await commitRecords(dataset, context, '[unsilo] recover from raw', [])
    return remade
  })
}

/** Measures parcels that are whole; what was measured of others stays as it is. */
async function remeasure(
  dataset: Dataset,
  context: Context,
  history: History,
  ended: readonly ParcelId[],
  remade: Remade,
): Promise<void> {
  const { files } = context.system
  const { metrics } = dataset.layout
  const rowsBefore = readMetricsIfWhole(files, metrics)?.rows
  const there = history.parcels.filter(({ stored }) => stored !== undefined).map(({ id }) => id)
  const damaged = new Set(remade.damaged.map(({ parcel }) => parcel))
  const wanted = [...new Set([...there, ...ended])].filter((id) => !damaged.has(id)).sort()
  try {
    remade.problems.push(...(await recordMetrics(dataset, context, wanted, atOnce, history)))
  } catch (error) {
    // A damaged metrics.csv may hold what cannot be measured again, and keeps nothing else from being made.
    const { code, message, hint } = expectUnsiloError(error)
    if (code === 'cancelled') throw error
    remade.problems.push({ severity: 'error', code, message, hint })
    return
  }
  remade.measured = wanted
  const rowsAfter = readMetricsIfWhole(files, metrics)?.rows
  remade.metrics = wanted.flatMap((id) => changesOf(id, rowsBefore?.get(id), rowsAfter?.get(id)))
}

function changesOf(parcel: ParcelId, before: MetricRow = {}, after: MetricRow = {}): MetricChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((metric) => metric !== 'parcel_id' && (before[metric] ?? '') !== (after[metric] ?? ''))
    .map((metric) => ({
      parcel,
      metric,
      ...(before[metric] === undefined ? {} : { before: before[metric] }),
      ...(after[metric] === undefined ? {} : { after: after[metric] }),
    }))
}
