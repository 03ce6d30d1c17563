import { UnsiloError } from '../errors.ts'
import type { PublishedEvent, SealedEvent, WithdrawnEvent } from '../ledger/event.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Due } from '../schedule/due.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { Drained } from './drain-result.ts'
import type { ExportEnd } from './export.ts'
import type { PackPlan, PackedPack } from './packs/outcome.ts'
import type { PruneDecision } from './prune.ts'
import type { PublishPlan } from './publish-plan.ts'
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

/** Nothing new is begun after an interrupt; what has been begun is recorded to its end. */
export function checkInterrupt({ signal }: Context): void {
  if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
}

/** Does one step; its failure becomes a problem of the dataset, so that the steps after it still run. */
export async function step(outcome: Outcome, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof UnsiloError)) throw error
    const { code, message, hint } = error
    outcome.problems.push({ severity: 'error', code, message, hint })
  }
}

/**
 * Removes something here. That it fails puts data at risk: the disk fills, or does not do what it should.
 *
 * @param what Is to go, as in "what `keep` lets go".
 * @returns What went wrong. @throws UnsiloError `cancelled`
 */
export async function removing(what: string, action: () => Promise<void>): Promise<Problem[]> {
  try {
    await action()
    return []
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
    const { code, message, hint } = error
    return [{ severity: 'error', code, risk: 'delete', message: `${what} could not be removed: ${message}`, hint }]
  }
}
