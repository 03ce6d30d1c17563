import type { LedgerEvent } from './event.ts'
import { KnownIds } from './known-ids.ts'

/** A line, read as far as most callers need; `detailsOf` reads the rest. */
export interface LedgerEntry {
  readonly at: string
  readonly event: LedgerEvent['event']
  readonly parcel: string | undefined
  readonly state: 'good' | 'suspect' | undefined
  readonly line: string
}

export function lineOf(at: Date, event: LedgerEvent): string {
  return JSON.stringify({ at: at.toISOString(), ...event })
}

// The two kinds of line that a ledger is full of have a fixed form, so a report over years of parcels need not parse
// them, nor cut them out of the text. The form is fixed to its end: a line torn inside a text may end in a brace, too.
const startedLine =
  /\{"at":"[^"\\\n]{24}","event":"started","parcel":"[^"\\\n]{18}","by":"export","pid":\d+,"host":"[^"\\\n]*"\}(?:\n|$)/y
const sealedLine =
  /\{"at":"[^"\\\n]{24}","event":"sealed","parcel":"[^"\\\n]{18}","state":"good","name":"[^"\\\n]*","files":\d+,"bytes":\d+,"sha256":"[0-9a-f]*"(?:,"tries":\d+)?(?:,"durationMs":\d+)?\}(?:\n|$)/y

const atStart = '{"at":"'.length
const atEnd = atStart + 24
const eventStart = atEnd + '","event":"'.length
const parcelStart = (event: string): number => atEnd + `","event":"${event}","parcel":"`.length
const startedParcel = parcelStart('started')
const sealedParcel = parcelStart('sealed')

/** A line of fixed form. It stays in the text of its ledger until it is asked for. */
class FixedEntry implements LedgerEntry {
  readonly event: 'started' | 'sealed'
  readonly parcel: string
  readonly state: 'good' | undefined
  readonly #text: string
  readonly #start: number
  readonly #end: number

  constructor(text: string, start: number, end: number, parcel: string, isSealed: boolean) {
    this.event = isSealed ? 'sealed' : 'started'
    this.parcel = parcel
    this.state = isSealed ? 'good' : undefined
    this.#text = text
    this.#start = start
    this.#end = end
  }

  get at(): string {
    return this.#text.slice(this.#start + atStart, this.#start + atEnd)
  }

  get line(): string {
    return this.#text.slice(this.#start, this.#end)
  }
}

/** A line with its place in the text. */
export interface PlacedEntry {
  /** `undefined` for a torn or empty line, and for one that unsilo cannot have written. */
  entry: LedgerEntry | undefined
  /** Without the line break; the next line begins after it. */
  end: number
}

/**
 * Reads the line that begins at `start`.
 *
 * @param known Parcels that it may be about.
 */
export function entryAt(text: string, start: number, known: KnownIds = new KnownIds([])): PlacedEntry {
  // The second letter of the event tells which of the two it may be.
  const isSealed = text.charCodeAt(start + eventStart + 1) === 0x65
  const form = isSealed ? sealedLine : startedLine
  form.lastIndex = start
  if (form.test(text)) {
    const end = text.charCodeAt(form.lastIndex - 1) === 0x0a ? form.lastIndex - 1 : form.lastIndex
    const parcel = known.idAt(text, start + (isSealed ? sealedParcel : startedParcel), !isSealed)
    return { entry: new FixedEntry(text, start, end, parcel, isSealed), end }
  }
  const newline = text.indexOf('\n', start)
  const end = newline === -1 ? text.length : newline
  return { entry: parsedEntry(text.slice(start, end)), end }
}

/** What a line of each kind has. A kind that is not here is a later version's. */
const partsOf: Record<LedgerEvent['event'], Record<string, 'string' | 'number' | 'object' | 'boolean'>> = {
  started: { parcel: 'string', by: 'string' },
  sealed: { parcel: 'string', state: 'string', name: 'string', files: 'number', bytes: 'number', sha256: 'string' },
  resumed: { parcel: 'string' },
  parked: { parcel: 'string', code: 'string', reason: 'string' },
  skipped: { parcel: 'string', reason: 'string' },
  failed: { parcel: 'string', code: 'string', reason: 'string' },
  refused: { from: 'string', code: 'string', reason: 'string' },
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

const partsOfEach = new Map(Object.entries(partsOf).map(([event, parts]) => [event, Object.entries(parts)]))

function hasItsParts(event: string, values: Record<string, unknown>): boolean {
  for (const [key, kind] of partsOfEach.get(event) ?? []) {
    const value = values[key]
    if (typeof value !== kind || value === null) return false
  }
  return true
}

function parsedEntry(line: string): LedgerEntry | undefined {
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
