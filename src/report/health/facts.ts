import { type CopyFacts, copyFacts } from '../../dataset/copies/places.ts'
import type { Context, Dataset } from '../../dataset/dataset.ts'
import { overdueOf } from '../../dataset/due.ts'
import type { History } from '../../dataset/history.ts'
import type { PublishPlan } from '../../dataset/publish-plan.ts'
import { type Refusal, waitingRefusals } from '../../dataset/refusals.ts'
import { type StoredViewState, storedViewStates } from '../../dataset/views/stored-states.ts'
import { damagedLinesOf } from '../../ledger/damaged-lines.ts'
import type { MetricTable } from '../../metric/metrics-file.ts'
import { localDay } from '../../schedule/local-day.ts'
import type { Overdue } from '../../schedule/overdue.ts'
import { timezoneOf } from '../../schedule/timezone.ts'
import { type Lacking, lackingAt } from '../copy-warnings.ts'
import { type Unended, unendedOf } from './unended.ts'

/** All that a verdict on a dataset is made of: what is stored, and the time. */
export interface HealthFacts {
  dataset: Dataset
  now: Date
  /** The day in the dataset's time zone, as in 2026-03-01; only where it matters. */
  today: string
  history: History
  table: MetricTable
  /** Numbers of lines of the ledger that cannot be read. */
  damagedLines: number[]
  overdue: Overdue
  copies: CopyFacts
  /** What targets do not have yet. */
  lacking: Lacking[]
  /** How large the file of the newest good parcel is now; `undefined` of a folder, or when it is not there. */
  bytesNow: number | undefined
  /** The newest attempt, when it has not ended. */
  unended: Unended | undefined
  /** What waits to be taken in, and cannot be. */
  refusals: Refusal[]
  /** As they were when a run has made them last. */
  views: StoredViewState[]
}

/** Reads small files only: no parcels, no tables. */
export async function readFacts(
  dataset: Dataset,
  context: Context,
  history: History,
  table: MetricTable,
  plan: PublishPlan,
  copies: CopyFacts = copyFacts(history),
): Promise<HealthFacts> {
  const { files, clock } = context.system
  const now = clock.now()
  return {
    dataset,
    now,
    today: dataset.config.accept.length === 0 ? '' : localDay(now, timezoneOf(dataset.config.timezone)),
    history,
    table,
    damagedLines: history.damagedLines === 0 ? [] : damagedLinesOf(files, dataset.layout.ledger),
    overdue: await overdueOf(dataset, context, history),
    copies,
    lacking: await lackingAt(dataset, context, copies, plan),
    bytesNow: bytesOf(history.newestGood, context),
    unended: unendedOf(dataset, history),
    refusals: await waitingRefusals(dataset, files, history),
    views: storedViewStates(files, dataset),
  }
}

function bytesOf(parcel: History['newestGood'], { system }: Context): number | undefined {
  const stored = parcel?.stored
  if (stored === undefined || stored.isFolder) return undefined
  return stored.packed === undefined ? system.files.info(stored.path)?.sizeBytes : stored.packed.parcel.bytes
}
