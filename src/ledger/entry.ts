/** What one line of a ledger can say. `docs/format.md` describes each for readers without unsilo. */
export type LedgerEvent =
  | StartedEvent
  | SealedEvent
  | { event: 'failed'; parcel: string; code: string; reason: string; hint?: string; tries: number; durationMs: number }
  | { event: 'accepted'; parcel: string }
  | { event: 'pruned'; removed: Record<string, string>; kept: Record<string, string> }

interface StartedEvent {
  event: 'started'
  parcel: string
  by: 'export' | 'ingest'
  pid: number
  host: string
  /** Where an ingested file lies, and when it was changed. */
  from?: string
  modified?: string
}

export interface SealedEvent {
  event: 'sealed'
  parcel: string
  state: 'good' | 'suspect'
  /** Name of the file or folder in `data/`. */
  name: string
  files: number
  bytes: number
  /** Of the file; of a folder, that of its list of hashes (`log/ID.sha256`). Lower-case hexadecimal. */
  sha256: string
  tries?: number
  durationMs?: number
  /** Where an ingested file lay before. */
  from?: string
  /** Why the parcel is suspect. */
  doubts?: string[]
  /** True when a crash kept the line from being written at once, and the next run wrote it. */
  recovered?: true
}

/** A line, read as far as most callers need; `detailsOf` reads the rest. */
export interface LedgerEntry {
  at: string
  event: LedgerEvent['event']
  parcel: string | undefined
  state: 'good' | 'suspect' | undefined
  line: string
}

export function lineOf(at: Date, event: LedgerEvent): string {
  return JSON.stringify({ at: at.toISOString(), ...event })
}

// The two kinds of line that a ledger is full of have a fixed form, so a report over years of parcels need not parse
// them whole. The form is fixed to its end: a line torn inside a text may end in a brace, too.
const startedLine =
  /^\{"at":"[^"\\]{24}","event":"started","parcel":"[^"\\]{18}","by":"export","pid":\d+,"host":"[^"\\]*"\}$/
const sealedLine =
  /^\{"at":"[^"\\]{24}","event":"sealed","parcel":"[^"\\]{18}","state":"good","name":"[^"\\]*","files":\d+,"bytes":\d+,"sha256":"[0-9a-f]*"(?:,"tries":\d+)?(?:,"durationMs":\d+)?\}$/

const atStart = '{"at":"'.length
const atEnd = atStart + 24
const eventStart = atEnd + '","event":"'.length
const parcelStart = (event: string): number => atEnd + `","event":"${event}","parcel":"`.length
const startedParcel = parcelStart('started')
const sealedParcel = parcelStart('sealed')

/** What a line of each kind has. A kind that is not here is a later version's. */
const partsOf: Record<LedgerEvent['event'], Record<string, 'string' | 'number' | 'object'>> = {
  started: { parcel: 'string', by: 'string' },
  sealed: { parcel: 'string', state: 'string', name: 'string', files: 'number', bytes: 'number', sha256: 'string' },
  failed: { parcel: 'string', code: 'string', reason: 'string' },
  accepted: { parcel: 'string' },
  pruned: { removed: 'object', kept: 'object' },
}

function hasItsParts(event: string, values: Record<string, unknown>): boolean {
  const parts = Object.hasOwn(partsOf, event) ? partsOf[event as LedgerEvent['event']] : {}
  return Object.entries(parts).every(([key, kind]) => typeof values[key] === kind && values[key] !== null)
}

/** `undefined` for a torn or empty line, and for one that unsilo cannot have written. */
export function entryOf(line: string): LedgerEntry | undefined {
  if (line.startsWith('sealed', eventStart)) {
    if (sealedLine.test(line)) return shortEntry(line, 'sealed', sealedParcel, 'good')
  } else if (startedLine.test(line)) return shortEntry(line, 'started', startedParcel, undefined)
  try {
    const parsed = JSON.parse(line) as { at?: unknown; event?: unknown; parcel?: unknown; state?: unknown }
    if (typeof parsed?.at !== 'string' || typeof parsed.event !== 'string') return undefined
    if (!hasItsParts(parsed.event, parsed)) return undefined
    return {
      at: parsed.at,
      event: parsed.event as LedgerEvent['event'],
      parcel: typeof parsed.parcel === 'string' ? parsed.parcel : undefined,
      state: parsed.state === 'good' || parsed.state === 'suspect' ? parsed.state : undefined,
      line,
    }
  } catch {
    return undefined
  }
}

function shortEntry(
  line: string,
  event: LedgerEntry['event'],
  start: number,
  state: LedgerEntry['state'],
): LedgerEntry {
  return { at: line.slice(atStart, atEnd), event, parcel: line.slice(start, start + 18), state, line }
}
