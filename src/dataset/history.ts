import type { LedgerEntry } from '../ledger/entry.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { detailsOf, readLedger } from '../ledger/ledger.ts'
import { type ParcelId, isParcelId, parcelIdAt } from '../parcel/id.ts'
import type { Layout } from '../parcel/layout.ts'
import type { Pack } from '../parcel/pack-file.ts'
import { type StoredParcel, listParcels, listSealed } from '../parcel/store.ts'
import type { Files } from '../system/files.ts'
import { RecordList, indexOf } from './record-list.ts'

/**
 * - `good`, `suspect`: sealed, in `data/`.
 * - `failed`: an attempt that came to nothing, or to something broken.
 * - `unfinished`: an attempt that has begun and not ended: it runs now, or was killed.
 * - `parked`: an attempt that was broken off where the next run can go on with it.
 * - `skipped`: an attempt in which the command said that there is nothing to export this time.
 * - `pruned`: removed by the rules. `gone`: was sealed, and something else removed it.
 * - `trashed`: `thin` took it out of `data/`, and it can be brought back. `thinned`: the trash was emptied since.
 * - `unreadable`: in a pack whose index cannot be read.
 */
export type ParcelState =
  | 'good'
  | 'suspect'
  | 'failed'
  | 'unfinished'
  | 'parked'
  | 'skipped'
  | 'pruned'
  | 'trashed'
  | 'thinned'
  | 'gone'
  | 'unreadable'

/** As parcels are told: `damaged` are sealed ones that are known not to be what was sealed any more (`damagedHere`). */
export type ToldState = ParcelState | 'damaged'

export interface ParcelRecord {
  id: ParcelId
  state: ParcelState
  /** In `data/` for a sealed one, in `incomplete/` for another. */
  stored: StoredParcel | undefined
  /** It is in `data/`. */
  isSealed: boolean
  started: LedgerEntry | undefined
  /** The line that says that it was parked, until it goes on. */
  parked: LedgerEntry | undefined
  /** The line that says how it ended: `sealed`, `failed` or `skipped`. */
  ended: LedgerEntry | undefined
  /** The user said that it is good, whatever the guards say. */
  accepted: boolean
  /** The ledger says that prune removed it, or what it left behind. */
  pruned: boolean
  /** In `trash/`. */
  trashed: StoredParcel | undefined
  /** When the ledger says that `thin` took it, unless it was brought back. ISO 8601. */
  thinnedAt: string | undefined
  /** Why it was not brought back when the dataset was restored from a target. */
  lost: string | undefined
}

/** All that is known of a dataset's parcels, from its folders and its ledger. */
export interface History {
  /** Every attempt and parcel that is known, oldest first. */
  parcels: ParcelRecord[]
  /** In `data/`. What is in them is among `parcels`. */
  packs: Pack[]
  /** Everything that the ledger says, oldest first. */
  entries: LedgerEntry[]
  /** Lines of the ledger that cannot be read. A verdict may be lost with them. */
  damagedLines: number
  get(id: ParcelId): ParcelRecord | undefined
  newestGood: ParcelRecord | undefined
  /** The newest attempt, whatever came of it. */
  newest: ParcelRecord | undefined
}

export function readHistory(files: Files, layout: Layout): History {
  const sealed = listSealed(files, layout)
  const records = new RecordList(sealed.parcels)
  for (const stored of listParcels(files, layout.incomplete)) records.of(stored.id).stored ??= stored
  for (const stored of listParcels(files, layout.trash)) records.of(stored.id).trashed = stored
  const ids = sealed.parcels.map(({ id }) => id)
  const { entries, damagedLines } = readLedger(files, layout.ledger, ids)
  let last: ParcelRecord | undefined
  for (const entry of entries) {
    const { event, parcel } = entry
    const isUsual = event === 'started' || event === 'sealed'
    if (!isUsual && ofMany.has(event)) addToMany(entry, records, layout)
    else if (parcel !== undefined && (isUsual || !ofCopies.has(event))) {
      // Lines of one parcel mostly follow each other, and to compare is quicker than to look up.
      const isOther = event === 'started' || parcel !== last?.id
      if (isOther) last = records.find(parcel) ?? (isParcelId(parcel) ? records.of(parcel) : undefined)
      if (last !== undefined) addEntry(entry, last)
    }
  }
  const parcels = records.sorted()
  for (const parcel of parcels) parcel.state = stateOf(parcel)
  const unread = sealed.packs.filter(({ index }) => index === undefined)
  if (unread.length > 0) markUnreadable(unread, entries, records, layout)
  return {
    parcels,
    packs: sealed.packs,
    entries,
    damagedLines,
    get: (id) => parcels[indexOf(parcels, id) ?? -1],
    newestGood: parcels.findLast((parcel) => parcel.state === 'good'),
    newest: parcels.at(-1),
  }
}

/** What a pack without an index holds is known from the ledger alone, and is not gone. */
function markUnreadable(
  packs: readonly Pack[],
  entries: readonly LedgerEntry[],
  records: RecordList,
  layout: Layout,
): void {
  for (const { name } of packs) {
    const last = entries.findLast(
      (entry): entry is LedgerEntry & { event: 'packed' } =>
        isEvent(entry, 'packed') && detailsOf(entry, layout.ledger).pack === name,
    )
    for (const id of last === undefined ? [] : detailsOf(last, layout.ledger).parcels) {
      const found = records.find(id)
      if (found?.state === 'gone') found.state = 'unreadable'
    }
  }
}

/** Lines about many parcels. */
const ofMany: ReadonlySet<string> = new Set<LedgerEvent['event']>(['pruned', 'thinned', 'restored'])

/**
 * That there are copies, or what was deleted elsewhere, says nothing of the parcel itself: it may be one that the ledger does
 * not know otherwise.
 */
const ofCopies: ReadonlySet<string> = new Set<LedgerEvent['event']>([
  'published',
  'withdrawn',
  'verified',
  'intent',
  'done',
])

function addToMany(entry: LedgerEntry, records: RecordList, layout: Layout): void {
  if (isEvent(entry, 'pruned')) {
    for (const id of Object.keys(detailsOf(entry, layout.ledger).removed)) {
      const found = records.of(id)
      found.pruned = true
      found.thinnedAt = undefined
    }
  } else if (isEvent(entry, 'thinned')) {
    for (const id of Object.keys(detailsOf(entry, layout.ledger).removed)) records.of(id).thinnedAt = entry.at
  } else if (isEvent(entry, 'restored')) {
    for (const [id, why] of Object.entries(detailsOf(entry, layout.ledger).lost)) {
      if (isParcelId(id)) records.of(id).lost = why
    }
  }
}

/** What a line says of its own parcel. A kind of a later version says nothing. */
function addEntry(entry: LedgerEntry, found: ParcelRecord): void {
  const { event } = entry
  if (event === 'started') {
    found.started = entry
    found.parked = undefined
    found.ended = undefined
    found.pruned = false
    found.thinnedAt = undefined
    found.lost = undefined
  } else if (event === 'sealed' || event === 'failed' || event === 'skipped') found.ended = entry
  else if (event === 'resumed') found.parked = undefined
  else if (event === 'parked') found.parked = entry
  else if (event === 'accepted') found.accepted = true
  else if (event === 'untrashed') found.thinnedAt = undefined
}

/** Takes note of what the ledger was told of a parcel after it was read. What is said of all parcels together stays as it is. */
export function noteEntry(parcel: ParcelRecord, entry: LedgerEntry): void {
  addEntry(entry, parcel)
  parcel.state = stateOf(parcel)
}

function stateOf(parcel: ParcelRecord): ParcelState {
  if (parcel.isSealed) {
    // A parcel that the ledger does not know was made by export_manager, or put there by hand.
    return parcel.ended?.state === 'suspect' && !parcel.accepted ? 'suspect' : 'good'
  }
  if (parcel.trashed !== undefined) return 'trashed'
  if (parcel.ended?.event === 'sealed' || parcel.thinnedAt !== undefined) {
    if (parcel.thinnedAt !== undefined) return 'thinned'
    return parcel.pruned ? 'pruned' : 'gone'
  }
  if (parcel.ended?.event === 'failed') return 'failed'
  if (parcel.ended?.event === 'skipped') return 'skipped'
  if (parcel.pruned) return 'pruned'
  // Of a parcel that only the metrics know.
  if (parcel.lost !== undefined && parcel.started === undefined) return 'gone'
  // unsilo says that it begins before it writes anything: what lies there without a word is export_manager's.
  if (parcel.started === undefined) return 'failed'
  return parcel.parked === undefined ? 'unfinished' : 'parked'
}

export function isEvent<Name extends LedgerEvent['event']>(
  entry: LedgerEntry | undefined,
  name: Name,
): entry is LedgerEntry & { event: Name } {
  return entry?.event === name
}

/** Attempts after the newest good parcel that gave no good one, oldest first. A parcel dated ahead of `now` hides none. */
export function attemptsSinceGood(history: History, now: Date): ParcelRecord[] {
  const latest = parcelIdAt(now)
  const last = history.parcels.findLastIndex(({ id, state }) => state === 'good' && id <= latest)
  const states: readonly ParcelState[] = ['failed', 'suspect', 'unfinished', 'skipped']
  return history.parcels.slice(last + 1).filter(({ state }) => states.includes(state))
}

/** Those of them that did not end well. */
export function failuresSinceGood(history: History, now: Date): ParcelRecord[] {
  return attemptsSinceGood(history, now).filter(({ state }) => state !== 'skipped')
}

export type SealedParcel = ParcelRecord & { state: 'good' | 'suspect'; stored: StoredParcel }

/** Sealed parcels that are there, oldest first. */
export function sealedParcels(history: History): SealedParcel[] {
  return history.parcels.filter(isSealedParcel)
}

export function isSealedParcel(parcel: ParcelRecord): parcel is SealedParcel {
  return parcel.state === 'good' || parcel.state === 'suspect'
}
