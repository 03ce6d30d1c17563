import type { LedgerEntry } from '../ledger/entry.ts'
import type { PublishedEvent, VerifiedEvent } from '../ledger/event.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { type History, type ParcelRecord, isEvent, sealedParcels } from './history.ts'

/** A target has the whole parcel, checked, since `at`. */
export interface Acknowledgement extends PublishedEvent {
  at: string
  /** Its retention has removed it there since. */
  withdrawn?: true
  /** The last time that it was read again since. */
  verdict?: Verdict
}

/** What reading a parcel again has shown. */
export interface Verdict extends VerifiedEvent {
  at: string
}

/** Which targets have which parcels, as the ledger says: the last word of each target on each parcel. */
export type Acknowledgements = Map<ParcelId, Map<string, Acknowledgement>>

export function acknowledgements({ entries }: Pick<History, 'entries'>): Acknowledgements {
  const found: Acknowledgements = new Map()
  for (const entry of entries) {
    // An attempt that begins under an id makes another parcel of it.
    if (entry.event === 'started' && found.size > 0 && entry.parcel !== undefined) found.delete(entry.parcel)
    if (isEvent(entry, 'published')) acknowledge(found, acknowledgementOf(entry))
    else if (isEvent(entry, 'withdrawn')) withdraw(found, JSON.parse(entry.line) as { parcel: string; target: string })
    else if (isEvent(entry, 'verified')) judge(found, verdictOf(entry))
  }
  return found
}

function judge(found: Acknowledgements, verdict: Verdict): void {
  const one = verdict.target === undefined ? undefined : found.get(verdict.parcel)?.get(verdict.target)
  if (one !== undefined) one.verdict = verdict
}

export function verdictOf(entry: LedgerEntry & { event: 'verified' }): Verdict {
  // A line of this kind has been read whole before it became an entry.
  return JSON.parse(entry.line) as Verdict
}

export function acknowledge(found: Acknowledgements, one: Acknowledgement): void {
  const targets = found.get(one.parcel)
  if (targets === undefined) found.set(one.parcel, new Map([[one.target, one]]))
  else targets.set(one.target, one)
}

export function withdraw(found: Acknowledgements, { parcel, target }: { parcel: ParcelId; target: string }): void {
  const one = found.get(parcel)?.get(target)
  if (one !== undefined) one.withdrawn = true
}

function acknowledgementOf(entry: LedgerEntry): Acknowledgement {
  // A line of this kind has been read whole before it became an entry.
  return JSON.parse(entry.line) as Acknowledgement
}

/** Whether the target has the parcel now, and not damaged as far as is known. */
export function hasCopy(known: Acknowledgements, id: ParcelId, target: string): boolean {
  const one = known.get(id)?.get(target)
  return one !== undefined && one.withdrawn !== true && one.verdict?.ok !== false
}

/** The parcels that a target has, oldest first, with what the ledger says of each. */
export function copiesAt(known: Acknowledgements, target: string): Acknowledgement[] {
  return wordsOf(known, target).filter(({ withdrawn }) => withdrawn !== true)
}

/** What is known of those that were damaged when they were read again. */
export function damagedAt(known: Acknowledgements, target: string): Verdict[] {
  return copiesAt(known, target).flatMap(({ verdict }) => (verdict?.ok === false ? [verdict] : []))
}

/** Those that its retention has removed there, oldest first. */
export function withdrawnFrom(known: Acknowledgements, target: string): Acknowledgement[] {
  return wordsOf(known, target).filter(({ withdrawn }) => withdrawn === true)
}

function wordsOf(known: Acknowledgements, target: string): Acknowledgement[] {
  const words = [...known.values()].flatMap((targets) => targets.get(target) ?? [])
  return words.sort((a, b) => (a.parcel < b.parcel ? -1 : 1))
}

/** A parcel that targets should have. */
export type PublishableParcel = ParcelRecord & { stored: StoredParcel }

/** Good parcels, newest first; a suspect one waits until it is accepted. */
function publishableParcels(history: History): PublishableParcel[] {
  return sealedParcels(history)
    .filter(({ state }) => state === 'good')
    .toReversed()
}

/** Those of them that the target has never had, newest first. */
export function unpublishedParcels(history: History, known: Acknowledgements, target: string): PublishableParcel[] {
  return publishableParcels(history).filter(({ id }) => known.get(id)?.has(target) !== true)
}
