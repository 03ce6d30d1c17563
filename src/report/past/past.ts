import type { Context, Dataset } from '../../dataset/dataset.ts'
import { type History, type ParcelRecord, isEvent, readHistory } from '../../dataset/history.ts'
import { hasSource } from '../../dataset/source.ts'
import { type StoredViewState, storedViewStates } from '../../dataset/views/stored-states.ts'
import { expectUnsiloError } from '../../errors.ts'
import { type MetricTable, readMetricsIfWhole } from '../../metric/metrics-file.ts'
import { isAheadOf, parcelTime } from '../../parcel/id.ts'
import { type LateLimit, lateLimit } from '../../schedule/late-limit.ts'
import { type Series, metricSeries } from './series.ts'
import { type Attempt, type Day, dayStates } from './strip.ts'

/** What a page shows of a dataset besides its report: how it went, and a glimpse of what is in it. */
export interface Past {
  days: Day[]
  series: Series[]
  /** Of views that are feeds: their newest items. */
  newest: Pick<StoredViewState, 'view' | 'newest'>[]
  /** When it will be late if no good parcel comes; missing where nothing says so, or it has none yet. ISO 8601. */
  lateAt?: string
}

/** By the path of the dataset's folder. */
export type Pasts = ReadonlyMap<string, Past>

/** Reads what is stored, and changes nothing. A dataset that cannot be read has no past; its report says why. */
export async function readPasts(datasets: readonly Dataset[], context: Context): Promise<Pasts> {
  const pasts = new Map<string, Past>()
  for (const dataset of datasets) {
    try {
      pasts.set(dataset.layout.folder, await readPast(dataset, context))
    } catch (error) {
      expectUnsiloError(error)
    }
  }
  return pasts
}

async function readPast(dataset: Dataset, context: Context): Promise<Past> {
  const { files, clock } = context.system
  const { config, layout } = dataset
  const now = clock.now()
  const history = readHistory(files, layout)
  const table = readMetricsIfWhole(files, layout.metrics) ?? { columns: [], rows: new Map() }
  const views = storedViewStates(files, dataset)
  const isExpected = hasSource(dataset) || config.ingest.paths.length > 0
  const limit: LateLimit = isExpected ? await lateLimit(config.schedule, config.maxAgeMs) : () => undefined
  const isScheduled = limit(now) !== undefined
  const good = history.parcels.findLast(({ id, state }) => state === 'good' && !isAheadOf(id, now))
  const lateAt = good && limit(parcelTime(good.id))
  return {
    days: dayStates(
      {
        attempts: attemptsOf(history, table),
        gaps: views.flatMap(({ state }) => state.gaps.map(({ before }) => parcelTime(before))),
        now,
      },
      (newest, at) => (newest === undefined ? isScheduled : (limit(newest) ?? at) < at),
    ),
    series: metricSeries(table, now, (id) => history.get(id)?.state === 'suspect'),
    newest: views.filter(({ newest }) => newest.length > 0).map(({ view, newest }) => ({ view, newest })),
    ...(lateAt === undefined ? {} : { lateAt: lateAt.toISOString() }),
  }
}

/** Those that the ledger or the folders tell of, and those that only the metrics know, as of export_manager. */
function attemptsOf(history: History, table: MetricTable): Attempt[] {
  const attempts = history.parcels.flatMap((parcel): Attempt[] => {
    const state = outcomeOf(parcel)
    return state === undefined ? [] : [{ at: parcelTime(parcel.id), state }]
  })
  for (const id of table.rows.keys()) {
    const known = history.get(id)
    if (known !== undefined && outcomeOf(known) !== undefined) continue
    attempts.push({ at: parcelTime(id), state: table.rows.get(id)?.['success'] === 'Y' ? 'good' : 'failed' })
  }
  return attempts
}

/** What it was when it ended, whatever became of it later. */
function outcomeOf({ isSealed, ended, accepted, state }: ParcelRecord): Attempt['state'] | undefined {
  if (isEvent(ended, 'sealed')) return ended.state === 'suspect' && !accepted ? 'suspect' : 'good'
  if (isSealed) return 'good'
  return state === 'failed' ? 'failed' : undefined
}
