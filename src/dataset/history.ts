import { type LedgerEntry, type LedgerEvent } from '../ledger/entry.ts'
import { detailsOf, readLedger } from '../ledger/ledger.ts'
import { type ParcelId, isParcelId, parcelIdAt } from '../parcel/id.ts'
import type { Layout } from '../parcel/layout.ts'
import { type StoredParcel, listParcels } from '../parcel/store.ts'
import type { Files } from '../system/files.ts'

/**
 * - `good`, `suspect`: sealed, in `data/`.
 * - `failed`: an attempt that came to nothing, or to something broken.
 * - `unfinished`: an attempt that has begun and not ended: it runs now, or was killed.
 * - `pruned`: removed by the rules. `gone`: was sealed, and something else removed it.
 */
export type ParcelState = 'good' | 'suspect' | 'failed' | 'unfinished' | 'pruned' | 'gone'

export interface ParcelRecord {
  id: ParcelId
  state: ParcelState
  /** In `data/` for a sealed one, in `incomplete/` for another. */
  stored?: StoredParcel
  started?: LedgerEntry
  /** The line that says how it ended: `sealed` or `failed`. */
  ended?: LedgerEntry
  accepted?: true
  /** The ledger says that prune removed it, or what it left behind. */
  pruned?: true
}

/** All that is known of a dataset's parcels, from its folders and its ledger. */
export interface History {
  /** Every attempt and parcel that is known, oldest first. */
  parcels: ParcelRecord[]
  /** Everything that the ledger says, oldest first. */
  entries: LedgerEntry[]
  get(id: ParcelId): ParcelRecord | undefined
  newestGood: ParcelRecord | undefined
  /** The newest attempt, whatever came of it. */
  newest: ParcelRecord | undefined
}

type Draft = Omit<ParcelRecord, 'state'> & { sealed?: StoredParcel | undefined }

export function readHistory(files: Files, layout: Layout): History {
  const drafts = new Map<ParcelId, Draft>()
  const draft = (id: ParcelId): Draft => {
    let found = drafts.get(id)
    if (found === undefined) drafts.set(id, (found = { id }))
    return found
  }
  for (const stored of listParcels(files, layout.incomplete)) draft(stored.id).stored = stored
  for (const stored of listParcels(files, layout.data)) {
    const found = draft(stored.id)
    found.stored = stored
    found.sealed = stored
  }
  const entries = readLedger(files, layout.ledger)
  for (const entry of entries) {
    if (isEvent(entry, 'pruned')) {
      for (const id of Object.keys(detailsOf(entry, layout.ledger).removed)) draft(id).pruned = true
    }
    if (entry.parcel === undefined || !isParcelId(entry.parcel)) continue
    const found = draft(entry.parcel)
    if (entry.event === 'started') {
      found.started = entry
      delete found.ended
      delete found.pruned
    } else if (entry.event === 'sealed' || entry.event === 'failed') found.ended = entry
    else if (entry.event === 'accepted') found.accepted = true
  }
  const parcels = [...drafts.values()].map(({ sealed, ...found }) => ({
    ...found,
    state: stateOf({ sealed, ...found }),
  }))
  parcels.sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    parcels,
    entries,
    get: (id) => parcels.find((parcel) => parcel.id === id),
    newestGood: parcels.findLast((parcel) => parcel.state === 'good'),
    newest: parcels.at(-1),
  }
}

function stateOf(parcel: Draft): ParcelState {
  if (parcel.sealed !== undefined) {
    // A parcel that the ledger does not know was made by export_manager, or put there by hand.
    return parcel.ended?.state === 'suspect' && parcel.accepted !== true ? 'suspect' : 'good'
  }
  if (parcel.ended?.event === 'sealed') return parcel.pruned === true ? 'pruned' : 'gone'
  if (parcel.ended?.event === 'failed') return 'failed'
  return parcel.pruned === true ? 'pruned' : 'unfinished'
}

export function isEvent<Name extends LedgerEvent['event']>(
  entry: LedgerEntry | undefined,
  name: Name,
): entry is LedgerEntry & { event: Name } {
  return entry?.event === name
}

/** Attempts after the newest good parcel that did not end well, oldest first. A parcel dated ahead of `now` hides none. */
export function failuresSinceGood(history: History, now: Date): ParcelRecord[] {
  const latest = parcelIdAt(now)
  const since = history.parcels.findLast(({ id, state }) => state === 'good' && id <= latest)?.id ?? ''
  return history.parcels.filter(({ id, state }) => id > since && ['failed', 'suspect', 'unfinished'].includes(state))
}

/** Sealed parcels that are there, oldest first. */
export function sealedParcels(
  history: History,
): (ParcelRecord & { state: 'good' | 'suspect'; stored: StoredParcel })[] {
  return history.parcels.filter(
    (parcel): parcel is ParcelRecord & { state: 'good' | 'suspect'; stored: StoredParcel } =>
      parcel.state === 'good' || parcel.state === 'suspect',
  )
}
