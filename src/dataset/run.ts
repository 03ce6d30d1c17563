import { UnsiloError } from '../errors.ts'
import type { ParcelId } from '../parcel/id.ts'
import { mapPool } from '../system/pool.ts'
import { commitChanges } from './commit-changes.ts'
import { targetsOf } from './copies/targets.ts'
import { damagedLedger } from './damaged-ledger.ts'
import type { Context, Dataset } from './dataset.ts'
import { drainSetup, isDrainOpen } from './drain-setup.ts'
import { duenessOf } from './due.ts'
import { exportParcel } from './export.ts'
import { findWork } from './find-work.ts'
import { type History, readHistory } from './history.ts'
import { findIngestable, ingestPath } from './ingest.ts'
import { withLock } from './lock.ts'
import { recordMetrics } from './measure.ts'
import { type RunOptions, type Outcome, step, checkInterrupt, removing } from './outcome.ts'
import { packInRun, settleInRun } from './packs/work.ts'
import { type PruneDecision, type PrunePlan, carryOutPrune, letGo, lossesOf, planPrune, removals } from './prune.ts'
import { publishParcels, publishRecords } from './publish.ts'
import { recover } from './recover.ts'
import { openSource } from './source.ts'
import { noteRefusal } from './refusals.ts'
import { emptyTrash, expiredTrash } from './trash.ts'
import { hasChecks } from './view-work.ts'

/**
 * Runs datasets side by side. One that fails never stops the others: its failure is in its outcome.
 *
 * @param atOnce How many datasets are worked on at a time.
 * @param ended Told of each as it ends.
 */
export function runDatasets(
  datasets: readonly Dataset[],
  context: Context,
  options: RunOptions,
  atOnce: number,
  ended?: (dataset: Dataset, outcome: Outcome) => void,
): Promise<Outcome[]> {
  return mapPool(datasets, atOnce, async (dataset) => {
    const outcome = await runDataset(dataset, context, options)
    ended?.(dataset, outcome)
    return outcome
  })
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
    if (history.damagedLines > 0) outcome.problems.push(damagedLedger(dataset, context))
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
        const sealed = await ingestPath(dataset, context, path, undefined, before).catch(async (error: unknown) => {
          await noteRefusal(dataset, context, look(), path, error)
          throw error
        })
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
      const { heldProblems } = await import('./views/held-lists.ts')
      const { views, problems } = await readyViews(dataset, context, dataset.config.views, history)
      outcome.problems.push(...problems, ...heldProblems(views))
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
      const failed = await removing(letGo, async () => {
        gone.push(...(await carryOutPrune(dataset, context, plan, history)))
        outcome.pruned = removals(plan)
      })
      outcome.problems.push(...failed)
    })
  if (options.exportNow !== true)
    await step(outcome, async () => {
      const expired = expiredTrash(dataset, context, history)
      const failed = await removing('what has been in the trash for long enough', async () => {
        await emptyTrash(dataset, context, history, expired)
        if (expired.length > 0) outcome.emptied = expired
      })
      outcome.problems.push(...failed)
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

function nothingToExport(dataset: Dataset): UnsiloError {
  return new UnsiloError('config', 'there is nothing to export: neither `cmd` nor `source` is set', {
    hint: `Set one of them in ${dataset.layout.config}.`,
  })
}
