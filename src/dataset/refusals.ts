import type { RefusedEvent } from '../ledger/event.ts'
import { appendToLedger, detailsOf } from '../ledger/ledger.ts'
import type { Files } from '../system/files.ts'
import { UnsiloError } from '../errors.ts'
import type { Context, Dataset } from './dataset.ts'
import { type History, isEvent } from './history.ts'

/** A file or folder that waits where `ingest.paths` finds it, and cannot be taken in. */
export interface Refusal extends Omit<RefusedEvent, 'event'> {
  /** When that was found first; ISO 8601, UTC. */
  since: string
}

/** What the ledger says of each path since something was last taken in from there: why the newest attempt failed. */
function knownRefusals({ layout }: Dataset, { entries }: Pick<History, 'entries'>): Map<string, Refusal> {
  const found = new Map<string, Refusal>()
  for (const entry of entries) {
    if (isEvent(entry, 'refused')) {
      const { from, code, reason, hint } = detailsOf(entry, layout.ledger)
      found.set(from, { from, code, reason, hint, since: found.get(from)?.since ?? entry.at })
    } else if (found.size > 0 && isEvent(entry, 'sealed') && entry.line.includes('"from":')) {
      found.delete(detailsOf(entry, layout.ledger).from ?? '')
    }
  }
  return found
}

/**
 * Notes why a path cannot be taken in, once for each reason, so that the report can tell it without a run. The caller holds the
 * lock, and tells the error itself.
 */
export async function noteRefusal(
  dataset: Dataset,
  { system }: Context,
  history: History,
  from: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof UnsiloError) || error.code === 'cancelled') return
  const { code, message: reason, hint } = error
  const known = knownRefusals(dataset, history).get(from)
  if (known?.code === code && withoutIds(known.reason) === withoutIds(reason)) return
  try {
    const event: RefusedEvent = { event: 'refused', from, code, reason, ...(hint === undefined ? {} : { hint }) }
    await appendToLedger(system.files, dataset.layout.ledger, system.clock.now(), event)
  } catch (unwritten) {
    // A disk that takes no line of the ledger has an alarm of its own.
    if (!(unwritten instanceof UnsiloError)) throw unwritten
  }
}

/** The id of a parcel that would be made now is another one each time. */
function withoutIds(reason: string): string {
  return reason.replaceAll(/\d{4}-\d\d-\d\dT\d{6}Z/g, '')
}

/** What was refused and still waits, by path. Folders are looked at only where something was refused. */
export async function waitingRefusals(dataset: Dataset, files: Files, history: History): Promise<Refusal[]> {
  if (dataset.config.ingest.paths.length === 0) return []
  const known = knownRefusals(dataset, history)
  if (known.size === 0) return []
  // It comes with all that takes parcels in.
  const { findIngestable } = await import('./ingest.ts')
  const waiting = new Set(await findIngestable(dataset, files))
  return [...known.values()].filter(({ from }) => waiting.has(from)).sort((a, b) => (a.from < b.from ? -1 : 1))
}
