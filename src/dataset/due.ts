import { detailsOf } from '../ledger/ledger.ts'
import { parcelIdAt, parcelTime } from '../parcel/id.ts'
import { type Due, dueness } from '../schedule/due.ts'
import { type Freshness, freshnessOf } from '../schedule/freshness.ts'
import { type Overdue, overdue } from '../schedule/overdue.ts'
import { type Continuable, continuable } from './continue.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, type ParcelRecord, attemptsSinceGood, isEvent } from './history.ts'
import { hasSource } from './source.ts'
import { newestWhole } from './verdicts.ts'

/** Whether an export is due now, and why. */
export async function duenessOf(dataset: Dataset, context: Context, history: History): Promise<Due> {
  if (!hasSource(dataset))
    return { due: false, because: 'there is nothing to export: neither `cmd` nor `source` is set' }
  const left = continuable(dataset, context, history)
  if (left !== undefined) return dueAgain(left, context)
  const vain = attemptsSinceGood(history, context.system.clock.now()).filter(
    (parcel) => !wasInterrupted(dataset, parcel),
  )
  const last = vain.at(-1)
  const nothingNew = isEvent(last?.ended, 'skipped') && detailsOf(last.ended, dataset.layout.ledger).nothingNew === true
  const attempts = { count: vain.length, lastAt: last === undefined ? undefined : parcelTime(last.id), nothingNew }
  return dueness({ ...(await freshness(dataset, context, history)), attempts })
}

/** An export that was broken off goes on as soon as its source lets it. */
function dueAgain({ parcel, notBefore }: Continuable, { system }: Context): Due {
  const isWaiting = notBefore !== undefined && notBefore > system.clock.now()
  if (isWaiting) return { due: false, because: `the export ${parcel.id} waits until ${notBefore.toISOString()}` }
  return { due: true, because: `the export ${parcel.id} was broken off and goes on` }
}

/** A kill or a machine that went down says nothing about the source: no reason to wait. */
function wasInterrupted(dataset: Dataset, { ended, state }: ParcelRecord): boolean {
  if (isEvent(ended, 'failed')) return detailsOf(ended, dataset.layout.ledger).code === 'cancelled'
  return state === 'unfinished'
}

/** Whether the newest good parcel is older than it should be. */
export async function overdueOf(dataset: Dataset, context: Context, history: History): Promise<Overdue> {
  if (!hasSource(dataset) && dataset.config.ingest.paths.length === 0) {
    const because = 'nothing is set up to make parcels'
    return { overdue: false, because, fact: because }
  }
  return overdue({ ...(await freshness(dataset, context, history)), maxAgeMs: dataset.config.maxAgeMs })
}

function freshness(dataset: Dataset, { system: { clock, files } }: Context, history: History): Promise<Freshness> {
  const now = clock.now()
  const latest = parcelIdAt(now)
  // Of all whole parcels only two matter: the newest, and the newest that is not dated ahead of the clock.
  const newest = newestWhole(files, dataset.layout, history)
  const isAhead = newest !== undefined && newest.id > latest
  const byNow = isAhead ? newestWhole(files, dataset.layout, history, ({ id }) => id <= latest) : undefined
  const times = [newest, byNow].filter((parcel) => parcel !== undefined).map(({ id }) => parcelTime(id))
  return freshnessOf(dataset.config.schedule, times, now)
}
