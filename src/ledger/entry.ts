import type { LedgerEvent } from './event.ts'

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
const partsOf: Record<LedgerEvent['event'], Record<string, 'string' | 'number' | 'object' | 'boolean'>> = {
  started: { parcel: 'string', by: 'string' },
  sealed: { parcel: 'string', state: 'string', name: 'string', files: 'number', bytes: 'number', sha256: 'string' },
  resumed: { parcel: 'string' },
  parked: { parcel: 'string', code: 'string', reason: 'string' },
  skipped: { parcel: 'string', reason: 'string' },
  failed: { parcel: 'string', code: 'string', reason: 'string' },
  accepted: { parcel: 'string' },
  pruned: { removed: 'object', kept: 'object' },
  thinned: { removed: 'object', views: 'object' },
  untrashed: { parcel: 'string' },
  emptied: { removed: 'object' },
  packed: { pack: 'string', bytes: 'number', sha256: 'string', parcels: 'object' },
  unpacked: { pack: 'string', parcels: 'object' },
  checked: { rules: 'number', failures: 'number', failed: 'object', mark: 'string' },
  written: { name: 'string', files: 'number', changed: 'number', bytes: 'number', day: 'string', mark: 'string' },
  published: {
    parcel: 'string',
    target: 'string',
    files: 'number',
    bytes: 'number',
    sha256: 'string',
    how: 'string',
    path: 'string',
  },
  withdrawn: { parcel: 'string', target: 'string', because: 'string' },
  verified: { parcel: 'string', ok: 'boolean', files: 'number', bytes: 'number' },
  restored: { target: 'string', parcels: 'number', lost: 'object' },
  intent: { parcel: 'string', stream: 'string', records: 'object' },
  done: { parcel: 'string', stream: 'string', records: 'object' },
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
