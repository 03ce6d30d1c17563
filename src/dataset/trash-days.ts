import type { Dataset } from './dataset.ts'
import type { ParcelRecord } from './history.ts'

const dayMs = 86_400_000

/** The last moment at which a parcel in the trash can be counted on; `undefined` for one that was put there by hand. */
export function trashedUntil({ config }: Dataset, { thinnedAt }: ParcelRecord): Date | undefined {
  return thinnedAt === undefined ? undefined : new Date(Date.parse(thinnedAt) + config.trashDays * dayMs)
}
