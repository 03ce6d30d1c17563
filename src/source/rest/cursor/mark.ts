import { type Decimal, compareDecimals, decimalOf, parseDecimal, secondsToMs } from './decimal.ts'
import { parseInstant, writeInstantLike } from './instant.ts'

export const markKinds = ['time', 'epoch', 'epoch-ms', 'number', 'text'] as const
/** What the values of a cursor's field are. */
export type MarkKind = (typeof markKinds)[number]

/** A value that a cursor may stand at. */
export interface Mark {
  /** As the server writes it. */
  readonly text: string
  /** Where it lies among others of its kind; a text lies where its UTF-16 code units put it. */
  readonly at: Decimal | undefined
}

/** Reads a value of a record, or a mark that was kept; `undefined` for what is none of this kind. */
export function readMark(kind: MarkKind, value: unknown): Mark | undefined {
  if (kind === 'text') return typeof value === 'string' && value !== '' ? { text: value, at: undefined } : undefined
  if (typeof value === 'string') {
    const at = kind === 'time' ? parseInstant(value) : parseDecimal(value)
    return at === undefined ? undefined : { text: value, at }
  }
  if (kind === 'time' || (typeof value !== 'number' && typeof value !== 'bigint')) return undefined
  const at = decimalOf(value)
  if (at === undefined) return undefined
  return { text: Number.isInteger(value) || typeof value === 'bigint' ? String(at.units) : plain(at), at }
}

function plain({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

export function compareMarks(a: Mark, b: Mark): number {
  if (a.at !== undefined && b.at !== undefined) return compareDecimals(a.at, b.at)
  if (a.text === b.text) return 0
  return a.text < b.text ? -1 : 1
}

/** When a mark is, in ms since 1970, rounded down; `undefined` for a kind that is no time. */
export function markMs(kind: MarkKind, mark: Mark): number | undefined {
  if (kind === 'number' || kind === 'text') return undefined
  return secondsToMs(kind === 'epoch-ms' ? { units: mark.at!.units, scale: mark.at!.scale + 3 } : mark.at!)
}

/** Does a mark lie after a time? Exactly, however many digits it has. */
export function isAfter(kind: 'time' | 'epoch' | 'epoch-ms', mark: Mark, ms: number): boolean {
  return compareDecimals(mark.at!, { units: BigInt(Math.floor(ms)), scale: kind === 'epoch-ms' ? 0 : 3 }) > 0
}

/** The mark at a time, in the form of a mark that the server wrote, and never after that time. */
export function markAt(kind: 'time' | 'epoch' | 'epoch-ms', ms: number, like: Mark): Mark {
  const whole = Math.floor(ms)
  if (kind === 'epoch-ms') return readMark(kind, whole)!
  return readMark(kind, kind === 'epoch' ? Math.floor(whole / 1000) : writeInstantLike(like.text, whole))!
}
