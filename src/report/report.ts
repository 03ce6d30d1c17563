import type { Context, Dataset } from '../dataset/dataset.ts'
import { duenessOf, overdueOf } from '../dataset/due.ts'
import { type History, failuresSinceGood, isEvent, readHistory } from '../dataset/history.ts'
import { UnsiloError } from '../errors.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { type MetricTable, readMetrics } from '../metric/metrics-file.ts'
import { type ParcelId, parcelTime } from '../parcel/id.ts'
import { sayDuration } from '../system/duration.ts'
import { type MetricComparison, compareMetrics } from './comparison.ts'

/** How bad it is, worst first. */
export const healthStates = [
  'broken',
  'never',
  'failing',
  'gone',
  'suspect',
  'late',
  'unmeasured',
  'good',
  'idle',
] as const
export type Health = (typeof healthStates)[number]

export interface Warning {
  health: Exclude<Health, 'good' | 'idle'>
  message: string
  /** What to do next. */
  hint: string
}

/** What the report says of one dataset. Its shape is documented in docs/json.md. */
export interface DatasetReport {
  dataset: string
  path: string
  /** Of the worst warning; `good` without any; `idle` when it is not set up yet and has no parcels. */
  health: Health
  warnings: Warning[]
  /** The newest good parcel. */
  lastSuccess: { parcel: ParcelId; at: string; ageMs: number } | undefined
  /** Good parcels that are there. */
  goodParcels: number
  /** When the next export is due, in a sentence. */
  due: string
  nextAt: string | undefined
  metrics: MetricComparison | undefined
}

export interface Report {
  at: string
  datasets: DatasetReport[]
  /** Datasets with warnings. */
  warned: number
}

/** Looks at every dataset, without changing anything; the worst stand first. */
export async function makeReport(datasets: readonly Dataset[], context: Context): Promise<Report> {
  const reports: DatasetReport[] = []
  for (const dataset of datasets) reports.push(await reportOn(dataset, context))
  reports.sort(
    (a, b) => healthStates.indexOf(a.health) - healthStates.indexOf(b.health) || (a.dataset < b.dataset ? -1 : 1),
  )
  return {
    at: context.system.clock.now().toISOString(),
    datasets: reports,
    warned: reports.filter(({ warnings }) => warnings.length > 0).length,
  }
}

export async function reportOn(dataset: Dataset, context: Context): Promise<DatasetReport> {
  try {
    return await healthOf(dataset, context)
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    const warning: Warning = {
      health: 'broken',
      message: error.message,
      hint: error.hint ?? 'Check the dataset folder.',
    }
    return { ...emptyReport(dataset), health: 'broken', warnings: [warning] }
  }
}

function emptyReport(dataset: Dataset): DatasetReport {
  return {
    dataset: dataset.name,
    path: dataset.layout.folder,
    health: 'idle',
    warnings: [],
    lastSuccess: undefined,
    goodParcels: 0,
    due: '',
    nextAt: undefined,
    metrics: undefined,
  }
}

async function healthOf(dataset: Dataset, context: Context): Promise<DatasetReport> {
  const { files, clock } = context.system
  const now = clock.now()
  const history = readHistory(files, dataset.layout)
  const table = readMetrics(files, dataset.layout.metrics)
  const due = await duenessOf(dataset, context, history)
  const warnings = [
    ...successWarnings(dataset, history, now),
    ...(await lateWarnings(dataset, context, history)),
    ...goneWarnings(dataset, history, table),
    ...metricWarnings(dataset, history, table),
  ]
  warnings.sort((a, b) => healthStates.indexOf(a.health) - healthStates.indexOf(b.health))
  const good = history.newestGood
  const isIdle = history.parcels.length === 0 && warnings.length === 0
  return {
    ...emptyReport(dataset),
    health: warnings[0]?.health ?? (isIdle ? 'idle' : 'good'),
    warnings,
    lastSuccess:
      good === undefined
        ? undefined
        : {
            parcel: good.id,
            at: parcelTime(good.id).toISOString(),
            ageMs: Math.max(0, now.getTime() - parcelTime(good.id).getTime()),
          },
    goodParcels: history.parcels.filter(({ state }) => state === 'good').length,
    due: due.because,
    nextAt: due.nextAt?.toISOString(),
    metrics: compareMetrics(table, now),
  }
}

/** No good parcel, a newest attempt that failed, a newest parcel that is suspect. */
function successWarnings(dataset: Dataset, history: History, now: Date): Warning[] {
  const warnings: Warning[] = []
  const { newest, newestGood } = history
  const hasWork = dataset.config.command !== undefined || dataset.config.ingest.paths.length > 0
  if (newestGood === undefined && (hasWork || history.parcels.length > 0)) {
    warnings.push({
      health: 'never',
      message: 'there is no good parcel',
      hint:
        dataset.config.command === undefined
          ? 'Put a file where ingest.paths finds it, then `unsilo run`.'
          : `Run \`unsilo export ${dataset.name}\`.`,
    })
  }
  const failures = failuresSinceGood(history, now).filter(
    ({ id }) => id !== newest?.id || newest.state !== 'unfinished',
  )
  const last = failures.at(-1)
  if (last === undefined || newest === undefined) return warnings
  const ago = `${sayDuration(Math.max(0, now.getTime() - parcelTime(last.id).getTime()))} ago`
  const times = failures.length === 1 ? '' : `, ${failures.length} in a row`
  if (last.state === 'suspect') {
    const doubts = isEvent(last.ended, 'sealed') ? (detailsOf(last.ended, dataset.layout.ledger).doubts ?? []) : []
    warnings.push({
      health: 'suspect',
      message: `the newest parcel, ${ago}, is suspect: ${doubts.join('; ')}`,
      hint: `Look at it: \`unsilo show ${dataset.name} ${last.id}\`. If it is right: \`unsilo accept ${dataset.name} ${last.id}\`.`,
    })
  } else {
    const failed = isEvent(last.ended, 'failed') ? detailsOf(last.ended, dataset.layout.ledger) : undefined
    warnings.push({
      health: 'failing',
      message: `the newest export, ${ago}${times}, failed: ${failed?.reason ?? 'it left nothing whole'}`,
      hint: failed?.hint ?? `\`unsilo log ${dataset.name} ${last.id}\` shows what it printed.`,
    })
  }
  return warnings
}

async function lateWarnings(dataset: Dataset, context: Context, history: History): Promise<Warning[]> {
  if (history.newestGood === undefined) return []
  const late = await overdueOf(dataset, context, history)
  if (!late.overdue) return []
  return [
    {
      health: 'late',
      message: late.because,
      hint: `Check that \`unsilo run\` is started regularly; \`unsilo why ${dataset.name}\`.`,
    },
  ]
}

/** The newest success, by ledger or metrics, whose data is no longer there though nothing says that it was pruned. */
function goneWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  let newestSuccess = ''
  for (const [id, row] of table.rows) if (row['success'] === 'Y' && id > newestSuccess) newestSuccess = id
  const newestGone = history.parcels.findLast(({ state }) => state === 'gone')?.id ?? ''
  const id = newestSuccess > newestGone ? newestSuccess : newestGone
  const state = history.get(id)?.state
  const isThere = state === 'good' || state === 'suspect' || state === 'pruned'
  if (id === '' || isThere || (history.newestGood?.id ?? '') > id) return []
  return [
    {
      health: 'gone',
      message: `the newest successful parcel, ${id}, is gone from ${dataset.layout.data}`,
      hint: `Put it back if you moved it; otherwise \`unsilo export ${dataset.name}\` makes a new one.`,
    },
  ]
}

function metricWarnings(dataset: Dataset, history: History, table: MetricTable): Warning[] {
  const id = history.newestGood?.id
  if (id === undefined) return []
  const row = table.rows.get(id)
  const hint = `Run \`unsilo metrics recompute ${dataset.name}\`.`
  if (row === undefined) return [{ health: 'unmeasured', message: `metrics of ${id} are missing`, hint }]
  const broken = Object.keys(row).filter((metric) => row[metric] === 'ERROR')
  if (broken.length === 0) return []
  const message = `metric ${broken.join(', ')} of ${id} is ERROR`
  return [{ health: 'unmeasured', message, hint: `Mend metrics.${broken[0]}.cmd. ${hint}` }]
}
