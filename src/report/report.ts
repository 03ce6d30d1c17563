import { copyFacts } from '../dataset/copies/places.ts'
import type { Context, Dataset } from '../dataset/dataset.ts'
import { duenessOf } from '../dataset/due.ts'
import { type ParcelRecord, readHistory } from '../dataset/history.ts'
import { planPublish } from '../dataset/publish-plan.ts'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import { type MetricTable, readMetrics } from '../metric/metrics-file.ts'
import { type ParcelId, isAheadOf, parcelTime } from '../parcel/id.ts'
import { localDay } from '../schedule/local-day.ts'
import { timezoneOf } from '../schedule/timezone.ts'
import { diskSpace } from '../system/machine.ts'
import { numberOf } from './change.ts'
import { type MetricComparison, compareMetrics } from './comparison.ts'
import { type CopyMeter, copyMeter } from './copies.ts'
import { datasetGrowth } from './growth.ts'
import { type Accepted, withAccepted } from './health/accepted.ts'
import { type DiskForecast, diskWarnings, forecastDisk } from './health/disk.ts'
import { readFacts } from './health/facts.ts'
import { judge } from './health/judge.ts'
import type { Judgement } from './health/judgement.ts'
import { type Health, type Warning, openWarnings, rankOf, warningOf } from './warnings.ts'

/** What the report says of one dataset. Its shape is documented in docs/json.md. */
export interface DatasetReport {
  dataset: string
  path: string
  /** Of the worst warning that is not accepted; `good` without any; `idle` when it is not set up yet and has no parcels. */
  health: Health
  /** The worst first; those that are accepted stand last. */
  warnings: Warning[]
  /** All that was looked at, with its numbers, also where nothing is wrong. */
  judgements: Judgement[]
  /** The export that has begun and not ended, unless it is known to be dead. */
  running?: { parcel: ParcelId; since: string }
  /** The newest good parcel. */
  lastSuccess: { parcel: ParcelId; at: string; ageMs: number } | undefined
  /** Good parcels that are there. */
  goodParcels: number
  /** Of the newest good parcel. */
  copies: CopyMeter | undefined
  /** When the next export is due, in a sentence. */
  due: string
  nextAt: string | undefined
  metrics: MetricComparison | undefined
  /** Bytes a day by which it has grown of late. */
  growthPerDay: number
}

export interface Report {
  at: string
  datasets: DatasetReport[]
  /** Datasets with warnings that are not accepted, and the root when it has some. */
  warned: number
  /** What concerns the root as a whole. */
  root: RootReport
}

interface RootReport {
  warnings: Warning[]
  /** Missing without datasets, and where the system does not say how much is free. */
  disk?: DiskForecast
}

/**
 * Looks at every dataset, without changing anything; the worst stand first.
 *
 * @param accept Warnings of the root that are known.
 */
export async function makeReport(
  datasets: readonly Dataset[],
  context: Context,
  accept: readonly Accepted[] = [],
): Promise<Report> {
  const reports: DatasetReport[] = []
  for (const dataset of datasets) reports.push(await reportOn(dataset, context))
  reports.sort((a, b) => rankOf(a.health) - rankOf(b.health) || (a.dataset < b.dataset ? -1 : 1))
  const now = context.system.clock.now()
  const isScheduled = new Set(
    datasets.filter(({ config }) => config.schedule.kind !== 'manual').map(({ layout }) => layout.folder),
  )
  const next = largestOf(reports.filter(({ path }) => isScheduled.has(path)))
  const found = reportOnRoot(datasets[0]?.root, reports, next, now)
  const today = accept.length === 0 ? '' : localDay(now, timezoneOf(undefined))
  const root = { ...found, warnings: withAccepted(found.warnings, accept, today) }
  return {
    at: now.toISOString(),
    datasets: reports,
    warned: [...reports, root].filter(({ warnings }) => openWarnings(warnings).length > 0).length,
    root,
  }
}

/** The one whose newest good parcel is the largest. */
function largestOf(reports: readonly DatasetReport[]): DiskForecast['next'] {
  const sizes = reports.map(({ dataset, metrics }) => ({
    dataset,
    bytes: numberOf(metrics?.metrics.find(({ name }) => name === 'bytes')?.values[0]) ?? 0,
  }))
  return sizes.length === 0 ? undefined : sizes.reduce((a, b) => (a.bytes >= b.bytes ? a : b))
}

function reportOnRoot(
  root: string | undefined,
  reports: readonly DatasetReport[],
  next: DiskForecast['next'],
  now: Date,
): RootReport {
  if (root === undefined) return { warnings: [] }
  try {
    const growths = reports.map(({ growthPerDay }) => growthPerDay)
    const disk = forecastDisk(diskSpace(root).freeBytes, growths, next)
    return { warnings: diskWarnings(disk, root, now), disk }
  } catch (error) {
    expectUnsiloError(error)
    return { warnings: [] }
  }
}

export async function reportOn(dataset: Dataset, context: Context): Promise<DatasetReport> {
  try {
    // A copy: parts of texts, as ids are of a ledger, would keep the whole texts in memory.
    return structuredClone(await healthOf(dataset, context))
  } catch (error) {
    const warning = brokenWarning(expectUnsiloError(error))
    const judgements: Judgement[] = [{ cause: 'broken', ok: false, finding: warning.message }]
    return { ...emptyReport(dataset), health: 'broken', warnings: [warning], judgements }
  }
}

function emptyReport(dataset: Dataset): DatasetReport {
  return {
    dataset: dataset.name,
    path: dataset.layout.folder,
    health: 'idle',
    warnings: [],
    judgements: [],
    lastSuccess: undefined,
    goodParcels: 0,
    copies: undefined,
    due: '',
    nextAt: undefined,
    metrics: undefined,
    growthPerDay: 0,
  }
}

async function healthOf(dataset: Dataset, context: Context): Promise<DatasetReport> {
  const { files, clock } = context.system
  const now = clock.now()
  const history = readHistory(files, dataset.layout)
  const { table, damage } = metricsOf(dataset, context)
  const due = await duenessOf(dataset, context, history)
  const facts = copyFacts(history)
  const plan = planPublish(dataset, history, facts.known)
  const known = await readFacts(dataset, context, history, table, plan, facts)
  const verdict = judge(known, damage)
  const { unended } = known
  const isGood = ({ id, state }: ParcelRecord): boolean => state === 'good' && !isAheadOf(id, now)
  const good = history.parcels.findLast(isGood)
  return {
    ...emptyReport(dataset),
    ...verdict,
    ...(unended === undefined || unended.isAtWork === false
      ? {}
      : { running: { parcel: unended.parcel, since: unended.since.toISOString() } }),
    lastSuccess:
      good === undefined
        ? undefined
        : {
            parcel: good.id,
            at: parcelTime(good.id).toISOString(),
            ageMs: Math.max(0, now.getTime() - parcelTime(good.id).getTime()),
          },
    goodParcels: history.parcels.filter(({ id, state }) => state === 'good' && facts.here.get(id)?.ok !== false).length,
    copies: copyMeter(dataset, facts, good?.id, plan),
    due: due.because,
    nextAt: due.nextAt?.toISOString(),
    metrics: compareMetrics(table, now, (id) => history.get(id)?.state === 'suspect'),
    growthPerDay: Math.round(datasetGrowth(dataset, history, table, now)),
  }
}

/** Damaged metrics are told, and do not hide what else is to be told. */
function metricsOf(dataset: Dataset, context: Context): { table: MetricTable; damage: Warning[] } {
  try {
    return { table: readMetrics(context.system.files, dataset.layout.metrics), damage: [] }
  } catch (error) {
    const table: MetricTable = { columns: [], rows: new Map() }
    return { table, damage: [brokenWarning(expectUnsiloError(error))] }
  }
}

function brokenWarning({ message, hint }: UnsiloError): Warning {
  return warningOf('broken', { message, hint: hint ?? 'Check the dataset folder.' })
}
