import type { AppendedBytes } from '../log/appended-bytes.ts'

/** What happened to an item. Items, parcels, tracks and texts are numbers. */
export interface HistoryEntry {
  track: number
  kind: (typeof kinds)[number]
  version: number
  parcel: number
  /** `undefined` for `absent`. */
  item?: number | undefined
  /** Where a version changed, the item before. */
  before?: number | undefined
}

const kinds = ['new', 'changed', 'absent', 'back'] as const
const words = 6
const chunkRows = 1024

export function addHistory(rows: AppendedBytes, { track, kind, version, parcel, ...more }: HistoryEntry): void {
  const numbers = Uint32Array.of(track, kinds.indexOf(kind), version, parcel, orNone(more.item), orNone(more.before))
  rows.append(new Uint8Array(numbers.buffer))
}

/** @throws StoreDamage */
export function* readHistoryRows(rows: AppendedBytes): Generator<HistoryEntry> {
  rows.verify()
  for (let from = 0; from < rows.size; from += chunkRows * words * 4) {
    // Copied, so that numbers of 32 bits stand where they may stand.
    const bytes = new Uint8Array(rows.read(from, Math.min(chunkRows * words * 4, rows.size - from)))
    const numbers = new Uint32Array(bytes.buffer)
    for (let at = 0; at < numbers.length; at += words) {
      yield {
        track: numbers[at]!,
        kind: kinds[numbers[at + 1]!]!,
        version: numbers[at + 2]!,
        parcel: numbers[at + 3]!,
        item: numberIn(numbers[at + 4]!),
        before: numberIn(numbers[at + 5]!),
      }
    }
  }
}

function orNone(number: number | undefined): number {
  return number === undefined ? 0 : number + 1
}

function numberIn(stored: number): number | undefined {
  return stored === 0 ? undefined : stored - 1
}
