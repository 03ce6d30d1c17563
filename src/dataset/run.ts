import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { PublishedEvent, SealedEvent, WithdrawnEvent } from '../ledger/entry.ts'
import { type ParcelId, splitParcelName } from '../parcel/id.ts'
import { isPackName } from '../parcel/pack-file.ts'
import { mapPool } from '../system/pool.ts'
import { commitRecords, uncommittedNames } from './git.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { Due } from '../schedule/due.ts'
import { type Drained, sayDrained } from './drain-result.ts'
import { drainSetup, isDrainOpen } from './drain-setup.ts'
import { duenessOf } from './due.ts'
import { type ExportEnd, exportParcel } from './export.ts'
import { type History, readHistory } from './history.ts'
import { findIngestable, ingestPath } from './ingest.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { type PackPlan, type PackedPack, sayPacked } from './packs/outcome.ts'
import { type PackWork, findPackWork, packInRun, settleInRun } from './packs/work.ts'
import { type PruneDecision, type PrunePlan, carryOutPrune, lossesOf, planPrune, removals, sayPruned } from './prune.ts'
import { emptyTrash, expiredTrash } from './trash.ts'
import { targetsOf } from './copies/targets.ts'
import { type PublishPlan, planPublish, publishParcels, publishRecords } from './publish.ts'
import { findLeftovers, hasLeftovers, recover } from './recover.ts'
import { hasSource, openSource } from './source.ts'
import { type ViewWork, hasChecks, viewWork } from './view-work.ts'
import type { ViewsDone } from './views/run-views.ts'

export interface RunOptions {
  /** Export now, due or not, and do nothing else that the user has not asked for. */
  exportNow?: boolean
  parcelId?: ParcelId | undefined
  /** Only say what would be done. */
  dryRun?: boolean
  /** Gives all datasets of the root: checks and `publish_view` may ask views of others. */
  mirror?: () => Promise<readonly Dataset[]>
}

/** What a run did with one dataset. */
export interface Outcome {
  dataset: string
  due: Due
  ingested: { path: string; sealed: SealedEvent }[]
  /** How the export ended, if there was one. */
  exported: ExportEnd | undefined
  /** What has arrived at targets. */
  published: PublishedEvent[]
  /** What the retention of targets has removed there. */
  withdrawn: WithdrawnEvent[]
  /** What was deleted on the server; only when a drain was begun. */
  drained?: Drained
  pruned: PruneDecision[]
  /** What was removed from the trash; only when something was. */
  emptied?: ParcelId[]
  /** Packs that were written; only when one was. */
  packed?: PackedPack[]
  /** How many rules of checks were asked, and failed; only when some were. */
  checked?: ViewsDone['checked']
  /** Files of `publish_view`; only when some were written. */
  written?: ViewsDone['written']
  problems: Problem[]
  /** What a dry run would have done. */
  planned?: {
    ingest: string[]
    export: boolean
    publish: PublishPlan
    drain: boolean
    prune: PruneDecision[]
    empty?: ParcelId[]
    pack?: PackPlan['packs']
    /** Blocks of `publish_view`. */
    write?: string[]
  }
  durationMs: number
}

export function hasFailed(outcome: Outcome): boolean {
  const { exported } = outcome
  if (exported?.event === 'failed') return true
  if (exported?.event === 'sealed' && exported.incomplete !== undefined) return true
  return outcome.problems.some(({ severity }) => severity === 'error')
}

/**
 * Runs datasets side by side. One that fails never stops the others: its failure is in its outcome.
 *
 * @param atOnce How many datasets are worked on at a time.
 */
export function runDatasets(
  datasets: readonly Dataset[],
  context: Context,
  options: RunOptions,
  atOnce: number,
): Promise<Outcome[]> {
  return mapPool(datasets, atOnce, (dataset) => runDataset(dataset, context, options))
}

export async function runDataset(dataset: Dataset, context: Context, options: RunOptions): Promise<Outcome> {
  const startedAt = performance.now()
  const outcome: Outcome = {
    dataset: dataset.name,
    due: { due: false, because: '' },
    ingested: [],
    exported: undefined,
    published: [],
    withdrawn: [],
    pruned: [],
    problems: [],
    durationMs: 0,
  }
  await step(outcome, async () => {
    checkInterrupt(context)
    const history = readHistory(context.system.files, dataset.layout)
    outcome.due = await duenessOf(dataset, context, history)
    const work = await findWork(dataset, context, history, outcome.due, options)
    if (options.dryRun === true) {
      const { ingest, publish, drain } = work
      outcome.planned = { ingest, export: work.export, publish, drain, prune: removals(work.prune) }
      if (work.trash.length > 0) outcome.planned.empty = work.trash
      if (work.packs.packs.length > 0) outcome.planned.pack = work.packs.packs
      const isNew = work.export || ingest.length > 0
      const write = isNew ? dataset.config.publishViews.map(({ name }) => name) : work.views.write
      if (write.length > 0) outcome.planned.write = write
      await tellLosses(dataset, context, history, work.prune, outcome)
      return
    }
    if (!work.any) return
    await withLock(dataset, context, () => workOn(dataset, context, outcome, options))
  })
  outcome.durationMs = Math.round(performance.now() - startedAt)
  context.onProgress?.({ dataset: dataset.name, step: 'done' })
  return outcome
}

interface Work {
  any: boolean
  ingest: string[]
  export: boolean
  publish: PublishPlan
  /** Whether to look what can be deleted on the server. */
  drain: boolean
  prune: PrunePlan
  /** To be removed from the trash. */
  trash: ParcelId[]
  packs: PackWork
  views: ViewWork
}

/** Looks, without the lock, whether there is anything to do: most runs find nothing, and cost no more than a look. */
async function findWork(
  dataset: Dataset,
  context: Context,
  history: History,
  due: Due,
  options: RunOptions,
): Promise<Work> {
  const exportNow = options.exportNow === true
  const prune = planPrune(dataset, context, history)
  const isExport = hasSource(dataset) && (exportNow || due.due)
  const publish = planPublish(dataset, history)
  const isDrained = !exportNow && drainSetup(dataset)?.drain.enabled === true
  const work = {
    ingest: exportNow ? [] : await findIngestable(dataset, context.system.files),
    export: isExport,
    publish,
    drain: isDrained && (isExport || publish.length > 0 || isDrainOpen(dataset, history)),
    prune,
    trash: exportNow ? [] : expiredTrash(dataset, context, history),
    packs: await findPackWork(dataset, context, history),
    views: viewWork(dataset, history, context.system.clock.now()),
  }
  const isLeftover = hasLeftovers(findLeftovers(dataset, context, history)) || work.packs.isLeftover
  const hasWaiting = work.ingest.length > 0 || publish.length > 0 || work.drain || work.trash.length > 0
  const isViewWork = work.views.check || work.views.write.length > 0
  return {
    ...work,
    any:
      exportNow ||
      isViewWork ||
      work.export ||
      hasWaiting ||
      removals(prune).length > 0 ||
      work.packs.packs.length > 0 ||
      isLeftover,
  }
}

/** Everything that needs the lock. What was looked up before it may have changed since, and is looked up again. */
async function workOn(dataset: Dataset, context: Context, outcome: Outcome, options: RunOptions): Promise<void> {
  const look = (): History => readHistory(context.system.files, dataset.layout)
  let history = look()
  const fresh: ParcelId[] = []
  await step(outcome, async () => void fresh.push(...(await recover(dataset, context, history))))
  await step(outcome, async () => {
    history = await settleInRun(dataset, context, history, outcome.problems)
  })
  if (options.exportNow !== true) {
    for (const path of await findIngestable(dataset, context.system.files)) {
      await step(outcome, async () => {
        context.onProgress?.({ dataset: dataset.name, step: 'ingesting', note: path })
        const before = outcome.ingested.map((one) => one.sealed.parcel)
        const sealed = await ingestPath(dataset, context, path, undefined, before)
        outcome.ingested.push({ path, sealed })
        fresh.push(sealed.parcel)
      })
    }
  }
  if (fresh.length > 0) history = look()
  await step(outcome, async () => {
    outcome.due = await duenessOf(dataset, context, history)
    const source = await openSource(dataset, context)
    if (source === undefined) {
      if (options.exportNow === true) throw nothingToExport(dataset)
      return
    }
    if (options.exportNow !== true && !outcome.due.due) return
    checkInterrupt(context)
    outcome.exported = await exportParcel(dataset, context, source, options.parcelId, history)
    if (outcome.exported.event !== 'skipped') fresh.push(outcome.exported.parcel)
  })
  if (fresh.length > 0) history = look()
  await step(outcome, async () => {
    context.onProgress?.({ dataset: dataset.name, step: 'measuring' })
    outcome.problems.push(...(await recordMetrics(dataset, context, [...new Set(fresh)], 1, history)))
  })
  if (dataset.config.views.length > 0) {
    await step(outcome, async () => {
      checkInterrupt(context)
      // Views, and the engine that they are stored with, are loaded on first use.
      const { readyViews } = await import('./views/views.ts')
      outcome.problems.push(...(await readyViews(dataset, context, dataset.config.views, history)).problems)
    })
  }
  if (hasChecks(dataset) || dataset.config.publishViews.length > 0) {
    await step(outcome, async () => {
      checkInterrupt(context)
      const { runViews } = await import('./views/run-views.ts')
      const others = (await options.mirror?.()) ?? []
      const mirror = [dataset, ...others.filter(({ name }) => name !== dataset.name)]
      const { problems, ...done } = await runViews(dataset, mirror, context, history)
      Object.assign(outcome, done)
      outcome.problems.push(...problems)
      history = look()
    })
  }
  if (dataset.targets.length > 0) {
    await step(outcome, async () => {
      const done = await publishParcels(dataset, context, history, targetsOf(dataset, context))
      outcome.published.push(...done.published)
      outcome.withdrawn.push(...done.withdrawn)
      outcome.problems.push(...done.problems)
      if (done.published.length > 0) history = look()
    })
  }
  if (options.exportNow !== true) await step(outcome, () => drain(dataset, context, history, outcome, fresh))
  const gone: string[] = []
  if (options.exportNow !== true)
    await step(outcome, async () => {
      const plan = keepFresh(planPrune(dataset, context, history), fresh)
      await tellLosses(dataset, context, history, plan, outcome)
      gone.push(...(await carryOutPrune(dataset, context, plan, history)))
      outcome.pruned = removals(plan)
    })
  if (options.exportNow !== true)
    await step(outcome, async () => {
      const expired = expiredTrash(dataset, context, history)
      await emptyTrash(dataset, context, history, expired)
      if (expired.length > 0) outcome.emptied = expired
    })
  if (options.exportNow !== true)
    await step(outcome, async () => {
      checkInterrupt(context)
      const { packed, problems } = await packInRun(dataset, context, fresh)
      if (packed.length > 0) outcome.packed = packed
      outcome.problems.push(...problems)
    })
  await step(outcome, () => commitChanges(dataset, context, { fresh, gone, outcome }))
}

/** Deletes on the server what is safe here, when something has become safe, or a drain was broken off. */
async function drain(
  dataset: Dataset,
  context: Context,
  history: History,
  outcome: Outcome,
  fresh: readonly ParcelId[],
): Promise<void> {
  const setup = drainSetup(dataset)
  if (setup?.drain.enabled !== true) return
  const isNew = fresh.some((id) => history.get(id)?.isSealed === true) || outcome.published.length > 0
  if (!isNew && !isDrainOpen(dataset, history)) return
  checkInterrupt(context)
  // What speaks to servers is loaded on first use.
  const { drainServer } = await import('./drain.ts')
  const { drained, problems } = await drainServer(dataset, context, history, setup, false)
  outcome.drained = drained
  outcome.problems.push(...problems)
  const hasWritten = drained.deleted > 0 || drained.gone > 0 || drained.failed === true
  if (hasWritten && dataset.targets.length > 0)
    outcome.problems.push(...(await publishRecords(dataset, context, history, targetsOf(dataset, context))))
}

/** Warns of what views are about to lose. It never stops a prune. */
async function tellLosses(
  dataset: Dataset,
  context: Context,
  history: History,
  plan: PrunePlan,
  outcome: Outcome,
): Promise<void> {
  outcome.problems.push(...((await lossesOf(dataset, context, history, plan))?.problems ?? []))
}

/** What this run has made or moved in stays at least until the next one: nothing is gone before anybody could see it. */
function keepFresh(plan: PrunePlan, fresh: readonly ParcelId[]): PrunePlan {
  const isFresh = ({ id, state }: PruneDecision): boolean => state !== 'failed' && fresh.includes(id)
  const decisions = plan.decisions.map((decision) =>
    !decision.keep && isFresh(decision) ? { ...decision, keep: true, reasons: ['new in this run'] } : decision,
  )
  return { ...plan, decisions }
}

/** Commits what changed: new parcels, the removal of pruned ones, the metrics and the ledger. */
async function commitChanges(
  dataset: Dataset,
  context: Context,
  { fresh, gone, outcome }: { fresh: readonly ParcelId[]; gone: readonly string[]; outcome: Outcome },
): Promise<void> {
  if (!dataset.config.git) return
  const history = readHistory(context.system.files, dataset.layout)
  const isSettled = (name: string): boolean => {
    if (isPackName(name)) return true
    const parcel = splitParcelName(name)
    const state = parcel === undefined ? undefined : history.get(parcel.id)?.state
    return state === 'good' || state === 'suspect' || state === 'pruned' || state === 'trashed' || state === 'thinned'
  }
  // All of them, not only this run's: an earlier run may have been broken off before its commit.
  const names = [...(await uncommittedNames(dataset, context))].filter(isSettled)
  const what = [
    ...(fresh.length > 0 ? [`process new parcels: ${fresh.join(', ')}`] : []),
    ...(gone.length > 0 ? [sayPruned(gone)] : []),
    ...(outcome.packed === undefined ? [] : [sayPacked(outcome.packed)]),
    ...(outcome.drained === undefined ? [] : [sayDrained(outcome.drained)]),
  ].filter((part) => part !== undefined)
  const message = `[unsilo] ${what.join('; ') || 'update'}`
  const packs = history.packs.map(({ path }) => path)
  const paths = [...names.map((name) => join(dataset.layout.data, name)), ...packs]
  await commitRecords(dataset, context, message, paths)
}

/** Nothing new is begun after an interrupt; what has been begun is recorded to its end. */
function checkInterrupt({ signal }: Context): void {
  if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
}

function nothingToExport(dataset: Dataset): UnsiloError {
  return new UnsiloError('config', 'there is nothing to export: neither `cmd` nor `source` is set', {
    hint: `Set one of them in ${dataset.layout.config}.`,
  })
}

/** Does one step; its failure becomes a problem of the dataset, so that the steps after it still run. */
async function step(outcome: Outcome, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    const { code, message, hint } = error
    outcome.problems.push({ severity: 'error', code, message, hint })
  }
}
