import { detailsOf } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import type { Layout } from '../parcel/layout.ts'
import type { RetainedParcel } from '../parcel/retention.ts'
import type { Files } from '../system/files.ts'
import { type Verdict, verdictOf } from './acknowledgements.ts'
import {
  type History,
  type ParcelRecord,
  type SealedParcel,
  isEvent,
  isSealedParcel,
  sealedParcels,
} from './history.ts'

/** What reading parcels here again has shown. */
export interface ReadingsHere {
  /** The last time; what was never read again is missing. */
  verdicts: Map<ParcelId, Verdict>
  /** When parcels that had been damaged were put right; ISO 8601. */
  mended: Map<ParcelId, string>
}

export function readingsHere({ entries }: Pick<History, 'entries'>): ReadingsHere {
  const verdicts: ReadingsHere['verdicts'] = new Map()
  const mended: ReadingsHere['mended'] = new Map()
  for (const entry of entries) {
    const { event, parcel } = entry
    if (event === 'started' || event === 'sealed') {
      // An attempt that begins under an id makes another parcel of it; what is sealed was read a moment before.
      if (verdicts.size > 0 && parcel !== undefined) verdicts.delete(parcel)
    } else if (event === 'restored') {
      // What is here now was brought back from a target.
      for (const { ok, parcel: id } of verdicts.values()) if (!ok) mended.set(id, entry.at)
      verdicts.clear()
    } else if (isEvent(entry, 'verified')) {
      const verdict = verdictOf(entry)
      if (verdict.target !== undefined) continue
      if (verdict.ok && verdicts.get(verdict.parcel)?.ok === false) mended.set(verdict.parcel, entry.at)
      verdicts.set(verdict.parcel, verdict)
    }
  }
  return { verdicts, mended }
}

/** What reading each parcel here again has shown the last time; what was never read again is missing. */
export function verdictsHere(history: Pick<History, 'entries'>): Map<ParcelId, Verdict> {
  return readingsHere(history).verdicts
}

/**
 * Why each of the sealed parcels that are known to be damaged is: what reading it again has shown, or another size than was sealed. A
 * file that was put there by hand and is empty is damaged, too. Each file is looked at, which takes a while where there are thousands.
 */
export function damagedHere(files: Files, { ledger }: Pick<Layout, 'ledger'>, history: History): Map<ParcelId, string> {
  const verdicts = verdictsHere(history)
  const found = new Map<ParcelId, string>()
  for (const parcel of sealedParcels(history)) {
    const why = faultSaid(verdicts.get(parcel.id)) ?? wrongSize(files, ledger, parcel)
    if (why !== undefined) found.set(parcel.id, why)
  }
  return found
}

/** The same of one parcel, without reading all verdicts: those on it are behind its seal. */
export function damageOf(
  files: Files,
  { ledger }: Pick<Layout, 'ledger'>,
  { entries }: Pick<History, 'entries'>,
  parcel: SealedParcel,
): string | undefined {
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]!
    if (entry === parcel.ended || entry.event === 'restored') break
    if (!isEvent(entry, 'verified') || entry.parcel !== parcel.id) continue
    const verdict = verdictOf(entry)
    if (verdict.target !== undefined) continue
    if (!verdict.ok) return faultSaid(verdict)
    break
  }
  return wrongSize(files, ledger, parcel)
}

/** The newest good parcel that is not known to be damaged, among those that `isWanted` says. */
export function newestWhole(
  files: Files,
  layout: Pick<Layout, 'ledger'>,
  history: History,
  isWanted: (parcel: ParcelRecord) => boolean = () => true,
): ParcelRecord | undefined {
  return history.parcels.findLast(
    (parcel) =>
      isSealedParcel(parcel) &&
      parcel.state === 'good' &&
      isWanted(parcel) &&
      damageOf(files, layout, history, parcel) === undefined,
  )
}

function faultSaid(verdict: Verdict | undefined): string | undefined {
  if (verdict?.ok !== false) return undefined
  const { faults = [], at } = verdict
  return `${faults.length === 0 ? 'it is not what was sealed' : faults.join('; ')} (verified ${sayMinute(at)})`
}

function sayMinute(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`
}

/** What can be known of it without reading it. Of what is in a pack, and of what is in a folder, that is nothing. */
export function wrongSize(files: Files, ledger: string, { stored, ended }: SealedParcel): string | undefined {
  if (stored.packed !== undefined) return undefined
  const sealed = isEvent(ended, 'sealed') ? detailsOf(ended, ledger).bytes : undefined
  if (stored.isFolder) {
    return sealed === undefined && files.list(stored.path).length === 0 ? 'the folder is empty' : undefined
  }
  const bytes = files.info(stored.path)?.sizeBytes
  if (sealed === undefined) return bytes === 0 ? 'it is empty (0 bytes)' : undefined
  return bytes === sealed ? undefined : `it has ${bytes ?? 'no'} bytes, and ${sealed} were sealed`
}

/** The sealed parcels as retention counts them, after a look at each file. */
export function examinedParcels(files: Files, layout: Pick<Layout, 'ledger'>, history: History): RetainedParcel[] {
  const damaged = damagedHere(files, layout, history)
  return retained(history, (id) => damaged.has(id))
}

/** The sealed parcels as retention counts them, oldest first: what reading one again has shown goes before what it was sealed as. */
export function retainedParcels(history: History): RetainedParcel[] {
  const verdicts = verdictsHere(history)
  return retained(history, (id) => verdicts.get(id)?.ok === false)
}

function retained(history: History, isDamaged: (id: ParcelId) => boolean): RetainedParcel[] {
  return sealedParcels(history).map(({ id, state }) => ({
    id,
    state: state === 'good' && isDamaged(id) ? 'damaged' : state,
  }))
}
