import { join } from 'node:path'
import { appendToLedger, detailsOf } from '../ledger/ledger.ts'
import { type ParcelId, isAheadOf } from '../parcel/id.ts'
import { type Layout, logsOf } from '../parcel/layout.ts'
import { parcelsToKeep } from '../parcel/retention.ts'
import type { Files } from '../system/files.ts'
import { acknowledgements, copiesAt } from './acknowledgements.ts'
import { lackingAt } from './copies/retention.ts'
import type { Context, Dataset } from './dataset.ts'
import { drainedParcels } from './drain-ledger.ts'
import { commitRecords } from './git.ts'
import { type History, type ParcelRecord, isEvent, readHistory, sealedParcels } from './history.ts'
import { withLock } from './lock.ts'

export interface PruneDecision {
  id: ParcelId
  keep: boolean
  state: ParcelRecord['state']
  reasons: string[]
}

/** What prune would do, and why; nothing is removed by making the plan. */
export interface PrunePlan {
  dataset: string
  /** The newest parcel is suspect, or the ledger is damaged, so nothing is removed. */
  frozen: boolean
  /** One for each sealed parcel and each failed attempt that has left something, oldest first. */
  decisions: PruneDecision[]
}

export function planPrune(dataset: Dataset, context: Context, history: History): PrunePlan {
  const sealed = sealedParcels(history)
  const parcelOf = new Map(sealed.map((parcel) => [parcel.id, parcel]))
  const now = context.system.clock.now()
  const isAhead = ({ id }: { id: ParcelId }): boolean => isAheadOf(id, now)
  const plan = parcelsToKeep(
    sealed.filter((parcel) => !isAhead(parcel)),
    dataset.config.keep,
  )
  const frozen = plan.frozen || history.damagedLines > 0
  const needed = neededParcels(dataset, sealed)
  const drained = drainedParcels(history.entries)
  const awaited = plan.decisions.every(({ keep }) => keep) ? undefined : awaitedParcels(dataset, history)
  const decisions = plan.decisions.map((decision): PruneDecision => {
    const { state, stored } = parcelOf.get(decision.id)!
    if (decision.keep) return { ...decision, state }
    const { id } = decision
    if (needed.has(id)) return { id, keep: true, state, reasons: ['no later export holds all that it does'] }
    if (drained.has(id)) return { id, keep: true, state, reasons: ['holds records that were deleted on the server'] }
    const waiting = awaited?.get(id)
    if (waiting !== undefined) return { id, keep: true, state, reasons: waiting }
    if (history.damagedLines > 0) return { id, keep: true, state, reasons: ['frozen: the ledger is damaged'] }
    if (stored.others.length === 0) return { ...decision, state }
    const names = [stored.name, ...stored.others].join(', ')
    return { id, keep: true, state, reasons: [`data/ has more than one of it: ${names}`] }
  })
  for (const { id, state } of sealed.filter(isAhead)) {
    decisions.push({ id, keep: true, state, reasons: ['dated ahead of the clock: stays, and does not count'] })
  }
  const newest = history.newest?.id ?? ''
  for (const parcel of history.parcels) {
    if (!hasRemains(parcel)) continue
    const keep = frozen || parcel.id === newest
    const reasons = [keep ? (frozen ? 'frozen' : 'the newest attempt') : 'failed, and there was a newer attempt']
    decisions.push({ id: parcel.id, keep, state: parcel.state, reasons })
  }
  decisions.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { dataset: dataset.name, frozen, decisions }
}

/**
 * Parcels that a later one does not stand in for: where exports leave out what was there before (`holds` in the ledger), the
 * newest whole one and all after it belong together; without a whole one, all do.
 */
function neededParcels(dataset: Dataset, sealed: readonly ParcelRecord[]): Set<ParcelId> {
  const needed = new Set<ParcelId>()
  let hasPart = false
  for (const { id, state, ended } of sealed.toReversed()) {
    const isPart = isEvent(ended, 'sealed') && detailsOf(ended, dataset.layout.ledger).holds === 'part'
    hasPart ||= isPart
    if (hasPart) needed.add(id)
    if (!isPart && state === 'good') break
  }
  return needed
}

/** What a target of the dataset is to have from here, and why: it lacks the parcel, or what it has is damaged. */
function awaitedParcels(dataset: Dataset, history: History): Map<ParcelId, string[]> {
  const reasons = new Map<ParcelId, string[]>()
  if (dataset.targets.length === 0) return reasons
  const add = (id: ParcelId, reason: string): void => void reasons.set(id, [...(reasons.get(id) ?? []), reason])
  const known = acknowledgements(history)
  for (const { name, config } of dataset.targets) {
    for (const { id } of lackingAt(dataset, history, known, { name, settings: config })) add(id, `not yet at ${name}`)
    for (const { parcel, verdict } of copiesAt(known, name))
      if (verdict?.ok === false) add(parcel, `the copy at ${name} is damaged`)
  }
  return reasons
}

/** A failed or killed attempt whose files or logs have not been cleaned up. */
function hasRemains(parcel: ParcelRecord): boolean {
  if (parcel.state === 'failed') return !parcel.pruned || parcel.stored !== undefined
  return (parcel.state === 'unfinished' || parcel.state === 'pruned') && parcel.stored !== undefined
}

export function removals(plan: PrunePlan): PruneDecision[] {
  return plan.decisions.filter(({ keep }) => !keep)
}

/**
 * Removes what the plan says; the caller holds the lock. The ledger line comes first: a crash in between leaves parcels
 * that the next prune removes, never a parcel that is gone without a word.
 *
 * @returns Paths in `data/` that are gone.
 */
export async function carryOutPrune(
  dataset: Dataset,
  context: Context,
  plan: PrunePlan,
  history: History,
): Promise<string[]> {
  const removed = removals(plan)
  if (removed.length === 0) return []
  const { files, clock } = context.system
  const { layout } = dataset
  await appendToLedger(files, layout.ledger, clock.now(), {
    event: 'pruned',
    removed: reasonsById(removed),
    kept: reasonsById(plan.decisions.filter(({ keep }) => keep)),
  })
  files.makeFolder(layout.incomplete)
  const gone: string[] = []
  for (const { id, state } of removed) {
    const stored = history.get(id)?.stored
    if (stored !== undefined && (state === 'good' || state === 'suspect')) {
      // A folder is removed file by file; moving it out first means that data/ never holds a part of it.
      const outside = join(layout.incomplete, stored.name)
      files.rename(stored.path, outside)
      await files.sync(layout.data)
      await files.remove(outside)
      gone.push(stored.path)
    } else await removeAttempt(files, layout, id)
    for (const log of Object.values(logsOf(layout, id))) await files.remove(log)
  }
  return gone
}

/** Removes all that a failed attempt left, also what its command wrote beside `$PARCEL_PATH`. */
async function removeAttempt(files: Files, layout: Layout, id: ParcelId): Promise<void> {
  for (const { name } of files.list(layout.incomplete)) {
    if (name.startsWith(id)) await files.remove(join(layout.incomplete, name))
  }
}

/** Prunes one dataset now. @returns What was removed, or with `dryRun` would be, among all that was decided. */
export async function pruneDataset(dataset: Dataset, context: Context, dryRun: boolean): Promise<PrunePlan> {
  const look = (): History => readHistory(context.system.files, dataset.layout)
  if (dryRun) return planPrune(dataset, context, look())
  return withLock(dataset, context, async () => {
    const history = look()
    const plan = planPrune(dataset, context, history)
    const gone = await carryOutPrune(dataset, context, plan, history)
    if (gone.length > 0) await commitRecords(dataset, context, `[unsilo] ${sayPruned(gone)}`, gone)
    return plan
  })
}

/** For the message of a commit. */
export function sayPruned(gone: readonly string[]): string {
  return `prune ${gone.length} parcel${gone.length === 1 ? '' : 's'}`
}

function reasonsById(decisions: readonly PruneDecision[]): Record<string, string> {
  return Object.fromEntries(decisions.map(({ id, reasons }) => [id, reasons.join('; ')]))
}
