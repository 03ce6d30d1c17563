import type { Drift, Gap, Headroom, Merged } from '../merge.ts'

/** What there is to say of a view as a whole. */
export interface ViewState {
  /** Of the merged table, absent ones included. */
  items: number
  absent: number
  /** Of all items together. */
  versions: number
  errors: number
  /** Items whose key came again in the same parcel. */
  duplicates: number
  /** Parcels that it was made of, and the first and the last of them. */
  parcels: number
  from: string | undefined
  to: string | undefined
  gaps: Gap[]
  headroom: (Omit<Headroom, 'longestHours'> & { longestHours: number | undefined }) | undefined
  drift: Drift[]
}

export function stateOf(merged: Merged, parcels: readonly { id: string }[], errors: number): ViewState {
  const { items, gaps, headroom, drift, duplicates } = merged
  return {
    items: items.length,
    absent: items.filter(({ absentSince }) => absentSince !== undefined).length,
    versions: items.reduce((sum, { versions }) => sum + versions, 0),
    errors,
    duplicates,
    parcels: parcels.length,
    from: parcels[0]?.id,
    to: parcels.at(-1)?.id,
    gaps,
    headroom: headroom && { ...headroom, longestHours: finite(headroom.longestHours) },
    drift,
  }
}

/** JSON has no Infinity. */
function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}
