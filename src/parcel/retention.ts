import { formatDuration } from '../system/duration.ts'
import { bucketName, calendarUnits, localTimes } from './calendar.ts'
import { type ParcelId, parcelTime } from './id.ts'
import type { RetentionPolicy } from './retention-policy.ts'

export interface RetainedParcel {
  id: ParcelId
  /** Damaged: it was good, and is known not to be what was sealed any more. */
  state: 'good' | 'suspect' | 'damaged'
}

export interface RetentionPlan {
  /** The newest parcel is suspect, so nothing is removed. */
  frozen: boolean
  /** One for each parcel, newest first. */
  decisions: RetentionDecision[]
}

interface RetentionDecision {
  id: ParcelId
  keep: boolean
  /** Why it stays, or why it goes; one at least. */
  reasons: string[]
}

/**
 * Decides which parcels stay. Rules only count good parcels, and the newest good one always stays. Nothing goes while
 * the newest parcel is suspect: if the source has lost data, the old parcels may be all that is left of it. One that is damaged
 * stands for nothing: what an older one still has whole is not given up for it.
 *
 * @param parcels Sealed ones, in any order. @param policy `undefined` keeps all.
 */
export function parcelsToKeep(parcels: readonly RetainedParcel[], policy: RetentionPolicy | undefined): RetentionPlan {
  // Ids are fixed-width UTC, so text order is time order.
  const newestFirst = parcels.toSorted((a, b) => (a.id < b.id ? 1 : -1))
  const newest = newestFirst[0]
  if (newest?.state === 'suspect')
    return keepAll(newestFirst, true, `frozen: the newest parcel ${newest.id} is suspect`)
  if (policy === undefined) return keepAll(newestFirst, false, '`keep` is not set')
  const good = newestFirst.filter(({ state }) => state === 'good').map(({ id }) => id)
  const reasonsToKeep = goodReasons(good, policy)
  const isLastOnly = policy.withinMs === 0 && calendarUnits.every((unit) => policy[unit] === 0)
  const reasonToRemove = isLastOnly ? `older than the last ${Math.max(policy.last, policy.min)}` : 'no rule keeps it'
  let newerGood = 0
  const decisions = newestFirst.map(({ id, state }): RetentionDecision => {
    if (state !== 'good') return decideDoubtful(id, state, newerGood, Math.max(policy.last, policy.min))
    newerGood += 1
    const reasons = reasonsToKeep.get(id)
    return reasons === undefined ? { id, keep: false, reasons: [reasonToRemove] } : { id, keep: true, reasons }
  })
  return { frozen: false, decisions }
}

function keepAll(parcels: readonly RetainedParcel[], frozen: boolean, reason: string): RetentionPlan {
  return { frozen, decisions: parcels.map(({ id }) => ({ id, keep: true, reasons: [reason] })) }
}

/** Such a parcel stays for someone to look at or to mend, until there is as much after it as would be kept anyway. */
function decideDoubtful(id: ParcelId, state: string, newerGood: number, enough: number): RetentionDecision {
  const parcels = enough === 1 ? 'a good parcel is newer' : `${enough} good parcels are newer`
  if (newerGood >= enough) return { id, keep: false, reasons: [`${state}, and ${parcels}`] }
  return { id, keep: true, reasons: [`${state}: stays until ${parcels}`] }
}

/** Why good parcels stay. Those that no rule keeps are missing. */
function goodReasons(newestFirst: readonly ParcelId[], policy: RetentionPolicy): Map<ParcelId, string[]> {
  const reasons = new Map<ParcelId, string[]>()
  const add = (id: ParcelId, reason: string): void => {
    const known = reasons.get(id)
    if (known === undefined) reasons.set(id, [reason])
    else known.push(reason)
  }
  for (const id of newestFirst.slice(0, 1)) add(id, 'newest good')
  for (const [index, id] of newestFirst.slice(0, policy.last).entries()) {
    add(id, `last ${policy.last} (${index + 1} of ${policy.last})`)
  }
  for (const [id, reason] of newestOfBuckets(newestFirst, policy)) add(id, reason)
  if (policy.withinMs > 0) {
    const reason = `within ${formatDuration(policy.withinMs)} of the newest`
    for (const id of within(newestFirst, policy.withinMs)) add(id, reason)
  }
  for (const id of newestFirst.slice(0, policy.min)) if (!reasons.has(id)) add(id, `minimum of ${policy.min}`)
  return reasons
}

function* newestOfBuckets(newestFirst: readonly ParcelId[], policy: RetentionPolicy): Generator<[ParcelId, string]> {
  let open = calendarUnits.filter((unit) => policy[unit] > 0)
  if (open.length === 0) return
  const localTime = localTimes(policy.timezone)
  // Sets, for local time does not only go forward: a clock that is set back at 00:01 gives the day before once more.
  const seen = new Map(open.map((unit) => [unit, new Set<string>()]))
  for (const id of newestFirst) {
    const time = localTime(parcelTime(id))
    for (const unit of open) {
      const buckets = seen.get(unit)!
      const name = bucketName[unit](time)
      if (buckets.has(name)) continue
      buckets.add(name)
      yield [id, `${unit}: newest of ${name}`]
    }
    open = open.filter((unit) => seen.get(unit)!.size < policy[unit])
    if (open.length === 0) return
  }
}

/** Counted from the newest and not from now: a machine that was off for a year loses nothing. */
function within(newestFirst: readonly ParcelId[], withinMs: number): ParcelId[] {
  const newest = newestFirst[0]
  if (newest === undefined) return []
  const oldestMs = parcelTime(newest).getTime() - withinMs
  return newestFirst.filter((id) => parcelTime(id).getTime() >= oldestMs)
}
