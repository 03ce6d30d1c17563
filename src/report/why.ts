import type { Context, Dataset } from '../dataset/dataset.ts'
import { duenessOf, overdueOf } from '../dataset/due.ts'
import { readHistory } from '../dataset/history.ts'
import { type PruneDecision, planPrune } from '../dataset/prune.ts'
import { damagedHere } from '../dataset/verdicts.ts'
import type { Due } from '../schedule/due.ts'
import type { Overdue } from '../schedule/overdue.ts'
import type { CopyMeter } from './copies.ts'
import type { Judgement } from './health/judgement.ts'
import { reportOn } from './report.ts'
import type { Health, Warning } from './warnings.ts'

/** Why a dataset is due or not, late or not, and why each of its parcels stays or goes. */
export interface Why {
  dataset: string
  health: Health
  warnings: Warning[]
  /** All that was looked at, with its numbers, also where nothing is wrong. */
  judgements: Judgement[]
  due: Due
  overdue: Omit<Overdue, 'fact'>
  /** Of the newest good parcel. */
  copies: CopyMeter | undefined
  /** The newest parcel is suspect, so nothing is removed. */
  frozen: boolean
  parcels: PruneDecision[]
}

export async function whyDataset(dataset: Dataset, context: Context): Promise<Why> {
  const { health, warnings, judgements, copies } = await reportOn(dataset, context)
  const history = readHistory(context.system.files, dataset.layout)
  const plan = planPrune(dataset, context, history)
  const damaged = damagedHere(context.system.files, dataset.layout, history)
  const { fact: _, ...late } = await overdueOf(dataset, context, history)
  return {
    dataset: dataset.name,
    health,
    warnings,
    judgements,
    due: await duenessOf(dataset, context, history),
    overdue: late,
    copies,
    frozen: plan.frozen,
    parcels: plan.decisions.map((one) => (damaged.has(one.id) ? { ...one, state: 'damaged' } : one)),
  }
}
