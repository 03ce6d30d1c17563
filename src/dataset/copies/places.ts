import type { PublishedEvent } from '../../ledger/event.ts'
import type { ParcelId } from '../../parcel/id.ts'
import { type Acknowledgements, type Verdict, acknowledgements } from '../acknowledgements.ts'
import { type History, isEvent } from '../history.ts'
import { verdictsHere } from '../verdicts.ts'

/** What the ledger says of parcels and their copies. */
export interface CopyFacts {
  history: History
  known: Acknowledgements
  here: ReadonlyMap<ParcelId, Verdict>
}

export function copyFacts(history: History): CopyFacts {
  return { history, known: acknowledgements(history), here: verdictsHere(history) }
}

/** A parcel at one place, as the ledger says. */
export interface CopyAt {
  /** In `unsilo.toml`; missing: here. */
  target?: string
  /** Where it is there. */
  path?: string
  /** When it was compared with its hashes last; missing: never. ISO 8601, UTC. */
  checkedAt?: string
  /** While it was written here, as it was published, or read again to its last byte. */
  how?: 'sealed' | PublishedEvent['how'] | 'verified'
  /** False: it was not as it should be then. */
  ok: boolean
  faults?: string[]
}

/** Who has a parcel: here first, then targets, also those that the dataset does not publish to any more. */
export function placesOf({ history, known, here }: CopyFacts, id: ParcelId): CopyAt[] {
  const places: CopyAt[] = []
  const record = history.get(id)
  if (record?.state === 'good' || record?.state === 'suspect') {
    const verdict = here.get(id)
    if (verdict !== undefined) places.push(judged(verdict))
    else if (isEvent(record.ended, 'sealed')) places.push({ checkedAt: record.ended.at, how: 'sealed', ok: true })
    else places.push({ ok: true })
  }
  for (const [target, { withdrawn, verdict, path, at, how }] of known.get(id) ?? []) {
    if (withdrawn === true) continue
    const checked = verdict === undefined ? { checkedAt: at, how, ok: true } : judged(verdict)
    places.push({ target, path, ...checked })
  }
  return places
}

function judged({ at, ok, faults }: Verdict): CopyAt {
  return { checkedAt: at, how: 'verified', ok, ...(faults === undefined ? {} : { faults }) }
}

/** Those that have it, not damaged as far as is known, and that the dataset uses: here, and its targets. */
export function goodPlaces(
  facts: CopyFacts,
  { targets }: { targets: readonly { name: string }[] },
  id: ParcelId,
): CopyAt[] {
  return placesOf(facts, id).filter(
    ({ ok, target }) => ok && (target === undefined || targets.some(({ name }) => name === target)),
  )
}
