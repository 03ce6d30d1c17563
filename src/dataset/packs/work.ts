import type { ParcelId } from '../../parcel/id.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { type History, readHistory } from '../history.ts'
import type { PackPlan, Packing } from './outcome.ts'

/** Whether there is anything to look for; what packs is loaded only then. */
function usesPacks({ config }: Dataset, { packs }: History): boolean {
  return config.pack !== undefined || packs.length > 0
}

/** What a run has to do with packs. */
export interface PackWork {
  packs: PackPlan['packs']
  /** Something was broken off. */
  isLeftover: boolean
}

export async function findPackWork(dataset: Dataset, context: Context, history: History): Promise<PackWork> {
  if (!usesPacks(dataset, history)) return { packs: [], isLeftover: false }
  const [{ planPacks }, { findPackLeftovers }] = await Promise.all([import('./pack.ts'), import('./settle.ts')])
  const { temporary, packs } = findPackLeftovers(dataset, context, history)
  return {
    packs: planPacks(dataset, context, history, true).packs,
    isLeftover: temporary.length + packs.length > 0,
  }
}

/** Ends what was broken off. @returns The history after it. */
export async function settleInRun(
  dataset: Dataset,
  context: Context,
  history: History,
  problems: Problem[],
): Promise<History> {
  if (!usesPacks(dataset, history)) return history
  const { settlePacks } = await import('./settle.ts')
  const settled = await settlePacks(dataset, context, history)
  problems.push(...settled.problems)
  return settled.hasChanged ? readHistory(context.system.files, dataset.layout) : history
}

/** Packs the months that are old enough; what this run has moved in stays by itself until the next one. */
export async function packInRun(dataset: Dataset, context: Context, fresh: readonly ParcelId[]): Promise<Packing> {
  if (dataset.config.pack === undefined) return { packed: [], problems: [] }
  const { carryOutPacks, planPacks } = await import('./pack.ts')
  const history = readHistory(context.system.files, dataset.layout)
  const plan = planPacks(dataset, context, history, true)
  const packs = plan.packs
    .map(({ pack, parcels }) => ({ pack, parcels: parcels.filter((id) => !fresh.includes(id)) }))
    .filter(({ parcels }) => parcels.length > 0)
  return carryOutPacks(dataset, context, { ...plan, packs }, history)
}
