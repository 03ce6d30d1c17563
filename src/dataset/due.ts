import { parcelIdAt, parcelTime } from '../parcel/id.ts'
import { type Due, dueness } from '../schedule/due.ts'
import { type Freshness, freshnessOf } from '../schedule/freshness.ts'
import { type Overdue, overdue } from '../schedule/overdue.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, failuresSinceGood } from './history.ts'

/** Whether an export is due now, and why. */
export async function duenessOf(dataset: Dataset, context: Context, history: History): Promise<Due> {
  const failures = failuresSinceGood(history, context.system.clock.now())
  const last = failures.at(-1)
  const attempts = { count: failures.length, lastAt: last === undefined ? undefined : parcelTime(last.id) }
  return dueness({ ...(await freshness(dataset, context, history)), attempts })
}

/** Whether the newest good parcel is older than it should be. */
export async function overdueOf(dataset: Dataset, context: Context, history: History): Promise<Overdue> {
  return overdue({ ...(await freshness(dataset, context, history)), maxAgeMs: dataset.config.maxAgeMs })
}

function freshness(dataset: Dataset, context: Context, history: History): Promise<Freshness> {
  const now = context.system.clock.now()
  const latest = parcelIdAt(now)
  // Of all good parcels only two matter: the newest, and the newest that is not dated ahead of the clock.
  const byNow = history.parcels.findLast(({ id, state }) => state === 'good' && id <= latest)
  const times = [history.newestGood, byNow].filter((parcel) => parcel !== undefined).map(({ id }) => parcelTime(id))
  return freshnessOf(dataset.config.schedule, times, now)
}
