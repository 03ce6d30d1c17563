import type { LedgerEntry } from '../ledger/entry.ts'
import type { DoneRecord, DrainedRecord, IntentRecord, RestoredEvent } from '../ledger/event.ts'
import { appendToLedger, detailsOf } from '../ledger/ledger.ts'
import { recordId } from '../source/rest/record-id.ts'
import type { StreamConfig } from '../source/rest/stream.ts'
import type { Context, Dataset } from './dataset.ts'
import { isEvent } from './history.ts'

/** A record that was about to be deleted. */
export interface Intent extends IntentRecord {
  /** See `recordId`. */
  id: string
  /** The parcel that holds it. */
  parcel: string
}

/** What earlier drains of a stream have left. */
export interface DrainPast {
  /** Intents of which nobody has said what became of them, by record, oldest first. */
  open: Map<string, Intent>
  /** Hashes of records that the server said it had deleted, or had no more, by record. */
  done: Map<string, string>
  /** How many records the server said it had deleted since the last alarm. */
  deletions: number
  /** Why the last drain was stopped, unless the server has deleted something since. */
  alarm: string | undefined
  /** Records that were kept since they had changed, and that no export has come after. */
  changed: number
}

/** What the ledger says of the drains of a stream: the last word on each record. */
export function drainPast(entries: readonly LedgerEntry[], stream: StreamConfig, ledger: string): DrainPast {
  const past: DrainPast = { open: new Map(), done: new Map(), deletions: 0, alarm: undefined, changed: 0 }
  const idOf = (record: DrainedRecord): string => recordId(stream, record.for ?? {}, record.key)
  for (const entry of entries) {
    if (isEvent(entry, 'intent')) {
      const { parcel, stream: name, records } = detailsOf(entry, ledger)
      if (name !== stream.name) continue
      for (const record of records) {
        const id = idOf(record)
        past.open.set(id, { ...record, id, parcel })
        past.done.delete(id)
      }
    } else if (isEvent(entry, 'done')) {
      const { stream: name, records, alarm } = detailsOf(entry, ledger)
      if (name !== stream.name) continue
      if (alarm !== undefined) Object.assign(past, { alarm, deletions: 0 })
      for (const record of records) {
        const id = idOf(record)
        if (record.kept === 'changed') past.changed += 1
        else if (record.status !== undefined && record.gone !== true) {
          past.deletions += 1
          past.alarm = undefined
        }
        const intent = past.open.get(id)
        past.open.delete(id)
        if (intent !== undefined && record.status !== undefined) past.done.set(id, intent.sha256)
      }
    } else if (entry.event === 'sealed' && entry.state === 'good') past.changed = 0
  }
  return past
}

/** Whether a drain of the stream was broken off. */
export function hasOpenIntents(entries: readonly LedgerEntry[], stream: StreamConfig, ledger: string): boolean {
  return drainPast(entries, stream, ledger).open.size > 0
}

/** Parcels with records that were deleted on the server, or may have been: nothing else holds them. */
export function drainedParcels(entries: readonly LedgerEntry[]): Set<string> {
  return new Set(
    entries.flatMap((entry) => {
      if (isEvent(entry, 'restored')) return (JSON.parse(entry.line) as RestoredEvent).drained ?? []
      return entry.event === 'intent' && entry.parcel !== undefined ? [entry.parcel] : []
    }),
  )
}

/** Says what became of records, durably; nothing when there are none, and no alarm. */
export async function appendDone(
  { layout }: Dataset,
  { system: { files, clock } }: Context,
  of: { parcel: string; stream: string; alarm?: string },
  records: DoneRecord[],
): Promise<void> {
  if (records.length === 0 && of.alarm === undefined) return
  await appendToLedger(files, layout.ledger, clock.now(), { event: 'done', ...of, records })
}

/** A record's name in the ledger. */
export function nameOf({ key, for: group }: DrainedRecord): DrainedRecord {
  return { key, ...(group === undefined ? {} : { for: group }) }
}

/** A record's name as people read it: "DASS21/17". */
export function sayRecord({ key, for: group }: DrainedRecord): string {
  return [...Object.values(group ?? {}), key].map(String).join('/')
}
