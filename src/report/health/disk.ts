import { dayMs } from '../../system/duration.ts'
import { saySize } from '../../system/size.ts'
import { type Warning, warningOf } from '../warnings.ts'

/** How long what the datasets add will go on to fit. */
export interface DiskForecast {
  freeBytes: number
  /** Of all datasets, over the last weeks. */
  growthPerDay: number
  /** Missing while nothing grows. */
  fullInDays?: number
  /** What an export takes that may come any time: the largest of the newest parcels. Missing when none is scheduled. */
  next?: { dataset: string; bytes: number }
}

const toldDays = 30
const urgentDays = 7
/** With less, not even a line of a ledger may fit: file systems give room by blocks. */
const leastBytes = 4096

/** @param growths Bytes a day of each dataset. */
export function forecastDisk(freeBytes: number, growths: readonly number[], next?: DiskForecast['next']): DiskForecast {
  const growthPerDay = Math.max(0, Math.round(growths.reduce((sum, growth) => sum + growth, 0)))
  const known = { freeBytes, growthPerDay, ...(next === undefined ? {} : { next }) }
  return growthPerDay === 0 ? known : { ...known, fullInDays: Math.floor(freeBytes / growthPerDay) }
}

/** @param root The folder of the datasets. */
export function diskWarnings(
  { freeBytes, growthPerDay, fullInDays, next }: DiskForecast,
  root: string,
  now: Date,
): Warning[] {
  const hint = 'Make room, or let `keep`, `pack` and `unsilo thin` do it: docs/packs.md, docs/thin.md.'
  const isTooLarge = next !== undefined && freeBytes < next.bytes
  if (isTooLarge || (fullInDays === 0 && freeBytes < leastBytes)) {
    const more = isTooLarge ? `, and the next export of ${next.dataset} takes about ${saySize(next.bytes)}` : ''
    const message = `the disk of ${root} is full: ${saySize(freeBytes)} are free${more}`
    return [warningOf('disk', { severity: 'error', what: 'the disk is full', message, hint })]
  }
  if (fullInDays === undefined || fullInDays >= toldDays) return []
  const day = new Date(now.getTime() + fullInDays * dayMs).toISOString().slice(0, 10)
  return [
    warningOf('disk', {
      severity: fullInDays < urgentDays ? 'error' : 'warning',
      message: `the disk of ${root} will be full by ${day}: ${saySize(freeBytes)} are free, and ${saySize(growthPerDay)} came each day of late`,
      hint,
    }),
  ]
}

/** What a dataset has got of late, and what lies there. */
export interface Growing {
  /** Bytes of parcels of the last 30 days, oldest first; of many, some that are spread over the time. */
  sizes: readonly number[]
  /** How many there are of those, and in all. */
  recent: number
  all: number
  /** How old the oldest parcel is. */
  ageMs: number
  /** Old ones go as new ones come: then it grows only as the parcels themselves do. */
  isPruned: boolean
}

/** What is looked at. */
export const growthMs = 30 * dayMs
/** A history that is shorter than this is taken for so long: what the first days bring is not what each day brings. */
const leastMs = 14 * dayMs

/** Bytes that a dataset grows by in a day. */
export function growthOf({ sizes, recent, all, ageMs, isPruned }: Growing): number {
  if (sizes.length === 0) return 0
  const days = Math.min(growthMs, Math.max(leastMs, ageMs)) / dayMs
  const added = (sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length) * recent
  const grown = Math.max(0, sizes.at(-1)! - sizes[0]!) * all
  return (isPruned ? Math.min(added, grown) : added) / days
}
