import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { type MetricRow, readMetricsIfWhole } from '../metric/metrics-file.ts'
import type { ParcelId } from '../parcel/id.ts'
import { inspectParcel } from '../parcel/manifest.ts'
import type { SealedEvent } from '../ledger/event.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { commitRecords } from './git.ts'
import { readHistory, sealedParcels } from './history.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { openLender } from './packs/lend.ts'
import { settleInRun } from './packs/work.ts'
import { recover } from './recover.ts'
import { recoveredNotes } from './recovered-notes.ts'
import { sealRecovered } from './seal.ts'
import type { DatasetView } from './views/views.ts'

/** What was made again from the parcels of a dataset, and what differs from before. */
export interface Remade {
  dataset: string
  /** Parcels that the ledger did not know, and does now. */
  recovered: Pick<SealedEvent, 'parcel' | 'state' | 'doubts'>[]
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

type ViewCounts = Pick<DatasetView['state'], 'items' | 'versions' | 'absent' | 'errors'>

interface RemadeView {
  view: string
  /** Missing: it could not be had. */
  before?: ViewCounts
  after: ViewCounts
}

/** How many parcels are measured side by side. */
const atOnce = 4

/**
 * Makes again all that is derived: lines of the ledger that parcels lack, metrics, and everything in `.cache`. Parcels are read, and
 * none is changed.
 */
export function remakeDataset(dataset: Dataset, context: Context): Promise<Remade> {
  return withLock(dataset, context, async () => {
    const { files } = context.system
    const { layout, config } = dataset
    const remade: Remade = { dataset: dataset.name, recovered: [], measured: [], metrics: [], views: [], problems: [] }
    // Views, and the engine that they are stored with, are loaded on first use.
    const { readyViews } = await import('./views/views.ts')
    const before = config.views.length > 0 ? (await readyViews(dataset, context)).views : []
    await files.remove(layout.cache)

    const ended = await recover(dataset, context)
    await settleInRun(dataset, context, readHistory(files, layout), remade.problems)
    await recoverUnknown(dataset, context, remade)
    const rowsBefore = readMetricsIfWhole(files, layout.metrics)?.rows
    const history = readHistory(files, layout)
    const there = history.parcels.filter(({ stored }) => stored !== undefined).map(({ id }) => id)
    remade.measured = [...new Set([...there, ...ended])].sort()
    try {
      remade.problems.push(...(await recordMetrics(dataset, context, remade.measured, atOnce, history)))
    } catch (error) {
      // A damaged metrics.csv may hold what cannot be measured again, and keeps nothing else from being made.
      const { code, message, hint } = expectUnsiloError(error)
      if (code === 'cancelled') throw error
      remade.problems.push({ severity: 'error', code, message, hint })
    }
    const rowsAfter = readMetricsIfWhole(files, layout.metrics)?.rows
    remade.metrics = remade.measured.flatMap((id) => changesOf(id, rowsBefore?.get(id), rowsAfter?.get(id)))

    if (config.views.length > 0) {
      const { views, problems } = await readyViews(dataset, context, config.views, history)
      remade.problems.push(...problems.map((problem): Problem => ({ ...problem, severity: 'error' })))
      for (const { definition, state } of views) {
        const earlier = before.find((one) => one.definition.name === definition.name)
        remade.views.push({
          view: definition.name,
          ...(earlier === undefined ? {} : { before: countsOf(earlier.state) }),
          after: countsOf(state),
        })
      }
    }
    await commitRecords(dataset, context, '[unsilo] recover from raw', [])
    return remade
  })
}

/** Parcels that were put there by hand, or by export_manager, or whose ledger is lost, get their line. */
async function recoverUnknown(dataset: Dataset, context: Context, remade: Remade): Promise<void> {
  const { files } = context.system
  const unknown = sealedParcels(readHistory(files, dataset.layout)).filter(
    ({ started, ended }) => started === undefined && ended === undefined,
  )
  const lender = openLender(dataset, context)
  try {
    for (const { id, stored } of unknown) {
      try {
        if (stored.others.length > 0) {
          const names = [stored.name, ...stored.others].join(', ')
          throw new UnsiloError('clash', `data/ has more than one of it: ${names}`, {
            hint: `A parcel is one file or one folder: move the others out of ${dataset.layout.data}.`,
          })
        }
        const { manifest, notes } = await lender.use(stored, async (lent) => ({
          manifest: await inspectParcel(files, lent.stored, { signal: context.signal }),
          notes: recoveredNotes(dataset, files, id, lent.stored.path),
        }))
        // What was sealed a moment ago counts among those that it is compared with.
        const sealed = await sealRecovered(
          dataset,
          context,
          stored,
          manifest,
          notes,
          readHistory(files, dataset.layout),
        )
        const { parcel, state, doubts } = sealed
        remade.recovered.push({ parcel, state, ...(doubts === undefined ? {} : { doubts }) })
      } catch (error) {
        const { code, message, hint } = expectUnsiloError(error)
        if (code === 'cancelled') throw error
        remade.problems.push({
          severity: 'warning',
          code,
          message: `${id} stays as it is, without a line in the ledger: ${message}`,
          hint,
        })
      }
    }
  } finally {
    await lender.close()
  }
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

function countsOf({ items, versions, absent, errors }: ViewCounts): ViewCounts {
  return { items, versions, absent, errors }
}
