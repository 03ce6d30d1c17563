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
}

const toldDays = 30
const urgentDays = 7

/** @param growths Bytes a day of each dataset. */
export function forecastDisk(freeBytes: number, growths: readonly number[]): DiskForecast {
  const growthPerDay = Math.round(growths.reduce((sum, growth) => sum + growth, 0))
  if (growthPerDay <= 0) return { freeBytes, growthPerDay: 0 }
  return { freeBytes, growthPerDay, fullInDays: Math.floor(freeBytes / growthPerDay) }
}

/** @param root The folder of the datasets. */
export function diskWarnings({ freeBytes, growthPerDay, fullInDays }: DiskForecast, root: string): Warning[] {
  if (fullInDays === undefined || fullInDays >= toldDays) return []
  const days = fullInDays === 0 ? 'within a day' : fullInDays === 1 ? 'in 1 day' : `in ${fullInDays} days`
  return [
    warningOf('disk', {
      severity: fullInDays < urgentDays ? 'error' : 'warning',
      message: `the disk of ${root} is full ${days}: ${saySize(freeBytes)} are free, and ${saySize(growthPerDay)} came each day of late`,
      hint: 'Make room, or let `keep`, `pack` and `unsilo thin` do it: docs/packs.md, docs/thin.md.',
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
