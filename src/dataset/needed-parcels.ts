import { detailsOf } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import { acknowledgements, copiesAt } from './acknowledgements.ts'
import { lackingAt } from './copies/retention.ts'
import type { Dataset } from './dataset.ts'
import { type History, type ParcelRecord, isEvent } from './history.ts'

/**
 * Parcels that a later one does not stand in for: where exports leave out what was there before (`holds` in the ledger), the
 * newest whole one and all after it belong together; without a whole one, all do.
 */
export function neededParcels(dataset: Dataset, sealed: readonly ParcelRecord[]): Set<ParcelId> {
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
export function awaitedParcels(dataset: Dataset, history: History): Map<ParcelId, string[]> {
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
