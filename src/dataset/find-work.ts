import type { ParcelId } from '../parcel/id.ts'
import type { Due } from '../schedule/due.ts'
import type { Context, Dataset } from './dataset.ts'
import { drainSetup, isDrainOpen } from './drain-setup.ts'
import type { History } from './history.ts'
import { findIngestable } from './ingest.ts'
import type { RunOptions } from './outcome.ts'
import { type PackWork, findPackWork } from './packs/work.ts'
import { type PrunePlan, planPrune, removals } from './prune.ts'
import { type PublishPlan, planPublish } from './publish-plan.ts'
import { findLeftovers, hasLeftovers } from './recover.ts'
import { hasSource } from './source.ts'
import { expiredTrash } from './trash.ts'
import { type ViewWork, viewWork } from './view-work.ts'

/** What there is to do. */
export interface Work {
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
export async function findWork(
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
