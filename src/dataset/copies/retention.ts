import type { ParcelId } from '../../parcel/id.ts'
import { type RetentionPlan, type RetainedParcel, parcelsToKeep } from '../../parcel/retention.ts'
import { retentionPolicy } from '../../parcel/retention-policy.ts'
import {
  type Acknowledgements,
  type PublishableParcel,
  copiesAt,
  hasCopy,
  unpublishedParcels,
} from '../acknowledgements.ts'
import type { Dataset } from '../dataset.ts'
import { drainedParcels } from '../drain-ledger.ts'
import type { History } from '../history.ts'
import { retainedParcels, verdictsHere } from '../verdicts.ts'
import type { CopySettings } from './targets.ts'

/** A target, as its retention sees it. */
export interface RetainingTarget {
  name: string
  settings: Pick<CopySettings, 'retention' | 'max_delete'>
}

/** What a target lacks and its retention would keep, newest first. */
export function lackingAt(
  dataset: Dataset,
  history: History,
  known: Acknowledgements,
  at: RetainingTarget,
): PublishableParcel[] {
  const lacking = unpublishedParcels(history, known, at.name)
  if (lacking.length === 0 || at.settings.retention === undefined) return lacking
  const goes = removable(retentionAt(dataset, history, known, at))
  return lacking.filter(({ id }) => !goes.has(id))
}

interface Withdrawal {
  id: ParcelId
  because: string
}

export interface WithdrawalPlan {
  /** To be removed at the target now, oldest first. */
  withdrawals: Withdrawal[]
  /** The retention does not keep them, and there is no copy anywhere else. */
  lastCopies: ParcelId[]
}

/**
 * Decides which copies a target's retention removes there: only those of parcels that are also here or at another target, never
 * one that holds records deleted on a server, and at most `max_delete` at a time.
 */
export function planWithdrawals(
  dataset: Dataset,
  history: History,
  known: Acknowledgements,
  at: RetainingTarget,
): WithdrawalPlan {
  const none = { withdrawals: [], lastCopies: [] }
  if (at.settings.retention === undefined || history.damagedLines > 0) return none
  const goes = removable(retentionAt(dataset, history, known, at))
  const drained = drainedParcels(history.entries)
  const candidates = copiesAt(known, at.name)
    .map(({ parcel }) => parcel)
    .filter((id) => goes.has(id) && !drained.has(id))
  const others = [...new Set([...known.values()].flatMap((targets) => [...targets.keys()]))].filter(
    (name) => name !== at.name,
  )
  const here = verdictsHere(history)
  const isElsewhere = (id: ParcelId): boolean =>
    (history.get(id)?.state === 'good' && here.get(id)?.ok !== false) || others.some((name) => hasCopy(known, id, name))
  return {
    withdrawals: candidates
      .filter(isElsewhere)
      .slice(0, at.settings.max_delete)
      .map((id) => ({ id, because: goes.get(id)! })),
    lastCopies: candidates.filter((id) => !isElsewhere(id)),
  }
}

function retentionAt(dataset: Dataset, history: History, known: Acknowledgements, at: RetainingTarget): RetentionPlan {
  const { retention } = at.settings
  const parcels = new Map<ParcelId, RetainedParcel>()
  for (const parcel of retainedParcels(history)) parcels.set(parcel.id, parcel)
  // What a target has was good when it was published, and may be pruned or damaged here by now.
  for (const { parcel: id, verdict } of copiesAt(known, at.name)) {
    if (parcels.get(id)?.state === 'suspect') continue
    parcels.set(id, { id, state: verdict?.ok === false ? 'damaged' : 'good' })
  }
  const isKept = retention === undefined || retention === 0
  return parcelsToKeep([...parcels.values()], isKept ? undefined : retentionPolicy(retention, dataset.config.timezone))
}

function removable({ decisions }: RetentionPlan): Map<ParcelId, string> {
  return new Map(decisions.filter(({ keep }) => !keep).map(({ id, reasons }) => [id, reasons.join('; ')]))
}
