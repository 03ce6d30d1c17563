import { type ParcelId, isAheadOf } from '../../parcel/id.ts'
import type { Context, Dataset } from '../dataset.ts'
import { drainedParcels } from '../drain-ledger.ts'
import { type History, sealedParcels } from '../history.ts'
import { awaitedParcels, neededParcels } from '../needed-parcels.ts'
import { retainedParcels } from '../verdicts.ts'

/** Why parcels stay, whatever is in them. One that is not there may go, if others hold all of it. */
export function standingReasons(dataset: Dataset, context: Context, history: History): Map<ParcelId, string[]> {
  const sealed = sealedParcels(history)
  const now = context.system.clock.now()
  const newest = sealed.findLast(({ id }) => !isAheadOf(id, now))
  const frozen = frozenBecause(history, newest)
  if (frozen !== undefined) return new Map(sealed.map(({ id }) => [id, [frozen]]))
  const reasons = new Map<ParcelId, string[]>()
  const least = dataset.config.keep?.min ?? 1
  const good = sealed.filter(({ id, state }) => state === 'good' && !isAheadOf(id, now)).map(({ id }) => id)
  const among = new Set(good.slice(-least))
  const needed = neededParcels(dataset, sealed)
  const drained = drainedParcels(history.entries)
  const awaited = awaitedParcels(dataset, history)
  for (const { id, state, stored } of sealed) {
    const found = [
      ...(id === newest?.id
        ? ['the newest']
        : among.has(id)
          ? [`one of the newest ${least}, the minimum that stays`]
          : []),
      ...(isAheadOf(id, now) ? ['dated ahead of the clock'] : []),
      ...(state === 'suspect' ? ['suspect: stays until it is accepted, or `keep` lets it go'] : []),
      ...(drained.has(id) ? ['holds records that were deleted on the server'] : []),
      ...(needed.has(id) ? ['no later export holds all that it does'] : []),
      ...(awaited.get(id) ?? []),
      ...(stored.others.length > 0
        ? [`data/ has more than one of it: ${[stored.name, ...stored.others].join(', ')}`]
        : []),
      ...(history.get(id)?.trashed === undefined ? [] : ['trash/ has one of that id already']),
    ]
    if (found.length > 0) reasons.set(id, found)
  }
  return reasons
}

function frozenBecause(history: History, newest: { id: ParcelId; state: string } | undefined): string | undefined {
  if (history.damagedLines > 0) return 'frozen: the ledger is damaged'
  if (newest?.state === 'suspect') return `frozen: the newest parcel ${newest.id} is suspect`
  // What is in the cache of it is all that would be left.
  const damaged = retainedParcels(history).find(({ state }) => state === 'damaged')
  return damaged === undefined ? undefined : `frozen: ${damaged.id} is damaged; mend it first`
}
