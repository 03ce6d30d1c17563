import type { DrainPast, Intent } from './drain-ledger.ts'
import type { Shown, ShownRecord } from './drain-look.ts'
import type { SafePlace } from './drain-sealed.ts'
import type { Deletion } from '../source/rest/deletion.ts'

/** A record that may be deleted: what the server shows now is what is sealed here. */
export interface Candidate {
  /** See `recordId`. */
  id: string
  record: ShownRecord
  deletion: Deletion
  /** The parcel that holds it. */
  parcel: string
  /** The ledger says already that it is about to be deleted. */
  intent: Intent | undefined
}

export interface DrainDecision {
  /** Those of broken-off drains come first, then those of the newest parcel. */
  candidates: Candidate[]
  /** Intents whose records the server does not show any more. */
  gone: Intent[]
  /** Intents in whose place the server shows other records by now. */
  changed: Intent[]
  /** Intents whose records are as they were, and are not to be deleted any more: the configuration says otherwise now. */
  unwanted: Intent[]
  /** Intents of which this look cannot tell. */
  untold: Intent[]
  /** Records that the server said it had deleted, and shows as they were: see `recordId`. */
  back: string[]
  /** How many no parcel holds as they are now. */
  unsafe: number
  /** How many wait for each target. */
  waiting: Map<string, number>
}

/**
 * Decides what may be deleted, and what became of what an earlier drain has left open. The one rule: only what the server
 * shows now, exactly as it is sealed here.
 *
 * @param settled Records that this drain has done with: they are not touched again.
 */
export function decideDrain(
  shown: Pick<Shown, 'records' | 'isWhole'>,
  past: Pick<DrainPast, 'open' | 'done'>,
  safe: ReadonlyMap<string, SafePlace>,
  settled: ReadonlySet<string>,
): DrainDecision {
  const decision: DrainDecision = {
    candidates: [],
    gone: [],
    changed: [],
    unwanted: [],
    untold: [],
    back: [],
    unsafe: 0,
    waiting: new Map(),
  }
  const changed = new Set(settled)
  for (const intent of past.open.values()) {
    const now = shown.records.get(intent.id)
    if (now === undefined) (shown.isWhole ? decision.gone : decision.untold).push(intent)
    else if (now.sha256 !== intent.sha256) {
      decision.changed.push(intent)
      changed.add(intent.id)
    } else if (now.deletion === undefined) decision.unwanted.push(intent)
  }
  for (const [id, record] of shown.records) {
    const isBack = past.done.get(id) === record.sha256
    if (isBack) decision.back.push(id)
    if (record.deletion === undefined || (isBack && changed.has(id))) continue
    const place = safe.get(id)
    if (changed.has(id) || place === undefined || place.sha256 !== record.sha256) decision.unsafe += 1
    else if (place.waitsFor !== undefined) {
      decision.waiting.set(place.waitsFor, (decision.waiting.get(place.waitsFor) ?? 0) + 1)
    } else {
      const { parcel } = place
      decision.candidates.push({ id, record, deletion: record.deletion, parcel, intent: past.open.get(id) })
    }
  }
  decision.candidates.sort(
    (a, b) => Number(a.intent === undefined) - Number(b.intent === undefined) || compare(b.parcel, a.parcel),
  )
  return decision
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
