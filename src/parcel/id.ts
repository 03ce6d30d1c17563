import { UnsiloError } from '../errors.ts'

/** A parcel's name: the second in which its export began, in UTC. Fixed width, so text order is time order. */
export type ParcelId = string

const format = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ$/

export function parcelIdAt(time: Date): ParcelId {
  const text = time.toISOString()
  return `${text.slice(0, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`
}

export function isParcelId(text: string): boolean {
  return format.test(text)
}

/** The second that an id names. */
export function parcelTime(id: ParcelId): Date {
  const part = (start: number, end: number): number => Number(id.slice(start, end))
  return new Date(Date.UTC(part(0, 4), part(5, 7) - 1, part(8, 10), part(11, 13), part(13, 15), part(15, 17)))
}

/** @throws UnsiloError `usage` when `text` is not an id, or names a day that does not exist */
export function parseParcelId(text: string): ParcelId {
  if (isParcelId(text) && parcelIdAt(parcelTime(text)) === text) return text
  throw new UnsiloError('usage', `"${text}" is not a parcel id`, {
    hint: 'Write it like 2020-02-15T010203Z; `unsilo parcels DATASET` lists those that are there.',
  })
}

/** Splits `ID.json.gz` into the id and `json.gz`. `undefined` when the name does not begin with an id. */
export function splitParcelName(name: string): { id: ParcelId; extension: string } | undefined {
  const id = name.slice(0, 18)
  if (!isParcelId(id)) return undefined
  if (name.length === 18) return { id, extension: '' }
  return name[18] === '.' ? { id, extension: name.slice(19) } : undefined
}

/** Clocks of machines that share a dataset differ by a little, in ms. */
const clockToleranceMs = 5 * 60_000

/** True for a parcel that is dated ahead of the clock; it counts for nothing until its time has come. */
export function isAheadOf(id: ParcelId, now: Date): boolean {
  // Ids are fixed-width UTC, so text order is time order.
  return id > parcelIdAt(new Date(now.getTime() + clockToleranceMs))
}
