import type { ParcelId } from '../parcel/id.ts'
import { type Acknowledgements, acknowledgements } from './acknowledgements.ts'
import { lackingAt } from './copies/retention.ts'
import type { Dataset } from './dataset.ts'
import type { History } from './history.ts'

/** What each target lacks, newest first; one that lacks nothing is left out. */
export type PublishPlan = { target: string; parcels: ParcelId[] }[]

/** @param read What the ledger says of copies, where that was read already. */
export function planPublish(dataset: Dataset, history: History, read?: Acknowledgements): PublishPlan {
  if (dataset.targets.length === 0) return []
  const known = read ?? acknowledgements(history)
  return dataset.targets
    .map(({ name, config }) => {
      const lacking = lackingAt(dataset, history, known, { name, settings: config })
      return { target: name, parcels: lacking.map(({ id }) => id) }
    })
    .filter(({ parcels }) => parcels.length > 0)
}
