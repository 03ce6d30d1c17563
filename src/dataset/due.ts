import { parcelTime } from '../parcel/id.ts'
import { type Due, dueness } from '../schedule/due.ts'
import { type Freshness, lastGoodOf } from '../schedule/freshness.ts'
import { occurrences } from '../schedule/occurrences.ts'
import { type Overdue, overdue } from '../schedule/overdue.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, failuresSinceGood } from './history.ts'

/** Whether an export is due now, and why. */
export async function duenessOf(dataset: Dataset, context: Context, history: History): Promise<Due> {
  const failures = failuresSinceGood(history)
  const last = failures.at(-1)
  const attempts = { count: failures.length, lastAt: last === undefined ? undefined : parcelTime(last.id) }
  return dueness({ ...(await freshnessOf(dataset, context, history)), attempts })
}

/** Whether the newest good parcel is older than it should be. */
export async function overdueOf(dataset: Dataset, context: Context, history: History): Promise<Overdue> {
  return overdue({ ...(await freshnessOf(dataset, context, history)), maxAgeMs: dataset.config.maxAgeMs })
}

async function freshnessOf(dataset: Dataset, context: Context, history: History): Promise<Freshness> {
  const now = context.system.clock.now()
  const { schedule } = dataset.config
  const good = history.parcels.filter(({ state }) => state === 'good').map(({ id }) => parcelTime(id))
  const { lastGood, lastGoodByNow } = lastGoodOf(good, now)
  return { schedule, now, lastGood, lastGoodByNow, occurrences: await occurrences(schedule, now, lastGoodByNow) }
}
