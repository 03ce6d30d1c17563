import { basename, dirname, join } from 'node:path'
import { appendToLedger } from '../ledger/ledger.ts'
import { type ParcelId, isAheadOf } from '../parcel/id.ts'
import { type Layout, logsOf } from '../parcel/layout.ts'
import { isPackName } from '../parcel/pack-file.ts'
import { type RetainedParcel, type RetentionPlan, parcelsToKeep } from '../parcel/retention.ts'
import type { StoredParcel } from '../parcel/store.ts'
import type { Files } from '../system/files.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { drainedParcels } from './drain-ledger.ts'
import { awaitedParcels, neededParcels } from './needed-parcels.ts'
import { commitRecords } from './git.ts'
import { type History, type ParcelRecord, type ToldState, isEvent, readHistory, sealedParcels } from './history.ts'
import type { Losses, LostVersions } from './last-versions.ts'
import { withLock } from './lock.ts'
import { removing } from './outcome.ts'
import { examinedParcels, retainedParcels } from './verdicts.ts'

export interface PruneDecision {
  id: ParcelId
  keep: boolean
  state: ToldState
  reasons: string[]
}

/** What prune would do, and why; nothing is removed by making the plan. */
export interface PrunePlan {
  dataset: string
  /** The newest parcel is suspect, or the ledger is damaged, so nothing is removed. */
  frozen: boolean
  /** One for each sealed parcel and each failed attempt that has left something, oldest first. */
  decisions: PruneDecision[]
  /** What views lose by it; only where it was looked up. */
  losses?: LostVersions[]
}

export function planPrune(dataset: Dataset, context: Context, history: History): PrunePlan {
  const sealed = sealedParcels(history)
  const parcelOf = new Map(sealed.map((parcel) => [parcel.id, parcel]))
  const now = context.system.clock.now()
  const isAhead = ({ id }: { id: ParcelId }): boolean => isAheadOf(id, now)
  const { plan, states } = planRetention(dataset, context, history, isAhead)
  const frozen = plan.frozen || history.damagedLines > 0
  const needed = neededParcels(dataset, sealed)
  const drained = drainedParcels(history.entries)
  const awaited = plan.decisions.every(({ keep }) => keep) ? undefined : awaitedParcels(dataset, history)
  const decisions = plan.decisions.map((decision): PruneDecision => {
    const { stored } = parcelOf.get(decision.id)!
    const state = states.get(decision.id)!
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
  for (const { id } of sealed.filter(isAhead)) {
    const state = states.get(id)!
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

/** A parcel that unsilo has not sealed, as one that was put there by hand, is never why one goes that it has: nobody knows what it holds. */
function planRetention(
  { config: { keep }, layout }: Dataset,
  { system: { files } }: Context,
  history: History,
  isAhead: (parcel: RetainedParcel) => boolean,
): { plan: RetentionPlan; states: ReadonlyMap<ParcelId, RetainedParcel['state']> } {
  const isCounted = (parcel: RetainedParcel): boolean => !isAhead(parcel)
  const statesOf = (all: readonly RetainedParcel[]): Map<ParcelId, RetainedParcel['state']> =>
    new Map(all.map(({ id, state }) => [id, state]))
  const known = retainedParcels(history)
  const plan = parcelsToKeep(known.filter(isCounted), keep)
  // To look at each file takes a while, and mostly nothing is to go.
  if (plan.decisions.every((decision) => decision.keep)) return { plan, states: statesOf(known) }
  const all = examinedParcels(files, layout, history)
  const parcels = all.filter(isCounted)
  const examined = parcelsToKeep(parcels, keep)
  const isSealed = ({ id }: { id: ParcelId }): boolean => isEvent(history.get(id)!.ended, 'sealed')
  const sealedOnly = parcelsToKeep(parcels.filter(isSealed), keep)
  const ofSealed = new Map(sealedOnly.decisions.map((decision) => [decision.id, decision]))
  const decisions = examined.decisions.map((decision) =>
    decision.keep ? decision : (ofSealed.get(decision.id) ?? decision),
  )
  return { plan: { ...examined, decisions }, states: statesOf(all) }
}

/** A failed or killed attempt whose files or logs have not been cleaned up. */
function hasRemains(parcel: ParcelRecord): boolean {
  if (parcel.state === 'failed') return !parcel.pruned || parcel.stored !== undefined
  return ['unfinished', 'pruned', 'thinned'].includes(parcel.state) && parcel.stored !== undefined
}

export function removals(plan: PrunePlan): PruneDecision[] {
  return plan.decisions.filter(({ keep }) => !keep)
}

/**
 * Removes what the plan says; the caller holds the lock. The ledger line comes first: a crash in between leaves parcels
 * that the next prune removes, never a parcel that is gone without a word.
 *
 * @returns Paths in `data/` that are gone, or that are packs which have changed.
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
  const packed: ParcelId[] = []
  for (const { id } of removed) {
    const { stored, isSealed = false } = history.get(id) ?? {}
    if (stored !== undefined && isSealed) {
      if (stored.packed !== undefined) packed.push(id)
      else await removeWhole(files, layout, stored)
      gone.push(stored.path)
    } else await removeAttempt(files, layout, id)
    for (const log of Object.values(logsOf(layout, id))) await files.remove(log)
  }
  if (packed.length === 0) return gone
  // What writes packs is loaded on first use.
  const { dropFromPacks } = await import('./packs/drop-parcels.ts')
  return [...gone, ...(await dropFromPacks(dataset, context, history, packed))]
}

/** Removes a parcel. A folder goes file by file; moved out first, it is never in part where parcels are whole. */
export async function removeWhole(files: Files, layout: Layout, { path, name }: StoredParcel): Promise<void> {
  const outside = join(layout.incomplete, name)
  files.rename(path, outside)
  await files.sync(dirname(path))
  await files.remove(outside)
}

/** Removes all that a failed attempt left, also what its command wrote beside `$PARCEL_PATH`. */
async function removeAttempt(files: Files, layout: Layout, id: ParcelId): Promise<void> {
  for (const { name } of files.list(layout.incomplete)) {
    if (name.startsWith(id)) await files.remove(join(layout.incomplete, name))
  }
}

/** What views lose by a plan; `undefined` when there is nothing to look up, or nobody wants to know. */
export async function lossesOf(
  dataset: Dataset,
  context: Context,
  history: History,
  plan: PrunePlan,
): Promise<Losses | undefined> {
  const sealed = removals(plan).filter(({ id }) => history.get(id)?.isSealed === true)
  if (sealed.length === 0 || dataset.config.views.length === 0 || !dataset.config.warnsOfLosses) return undefined
  // Views are loaded on first use.
  const { lossesBy } = await import('./last-versions.ts')
  return lossesBy(dataset, context, history, new Set(sealed.map(({ id }) => id)))
}

/**
 * Prunes one dataset now.
 *
 * @returns What was removed, or with `dryRun` would be, among all that was decided; with warnings of what views lose by it.
 */
export async function pruneDataset(
  dataset: Dataset,
  context: Context,
  dryRun: boolean,
): Promise<PrunePlan & { problems: Problem[] }> {
  const look = (): History => readHistory(context.system.files, dataset.layout)
  const planned = async (history: History): Promise<PrunePlan & { problems: Problem[] }> => {
    const plan = planPrune(dataset, context, history)
    return { ...plan, problems: [], ...(await lossesOf(dataset, context, history, plan)) }
  }
  if (dryRun) return planned(look())
  return withLock(dataset, context, async () => {
    const history = look()
    const plan = await planned(history)
    const gone: string[] = []
    const failed = await removing(letGo, async () => {
      gone.push(...(await carryOutPrune(dataset, context, plan, history)))
    })
    if (gone.length > 0) await commitRecords(dataset, context, `[unsilo] ${sayPruned(gone)}`, gone)
    return { ...plan, problems: [...plan.problems, ...failed] }
  })
}

/** What a prune removes, in words. */
export const letGo = 'what `keep` lets go'

/** For the message of a commit. */
export function sayPruned(gone: readonly string[]): string {
  const count = gone.filter((path) => !isPackName(basename(path))).length
  return `prune ${count} parcel${count === 1 ? '' : 's'}`
}

function reasonsById(decisions: readonly PruneDecision[]): Record<string, string> {
  return Object.fromEntries(decisions.map(({ id, reasons }) => [id, reasons.join('; ')]))
}
