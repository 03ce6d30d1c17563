import type { ViewDefinition } from './definition.ts'
import type { Extract } from './extract.ts'
import type { BadItem } from './item.ts'

export interface ParcelFacts {
  id: string
  at: Date
  /** Good and complete, and not only of what has changed: what it does not hold was not there. */
  isEvidence: boolean
}

export interface MergedItem {
  key: string
  /** After `pick` and `prefer`; ignored fields with their latest values. */
  json: Uint8Array
  /** Parcel ids, as are the next two. */
  firstSeen: string
  lastSeen: string
  absentSince: string | undefined
  versions: number
  /** The parcel that gave `json`. */
  parcel: string
}

export interface HistoryRow {
  key: string
  /** 1, 2, …; of `absent` the last one. */
  version: number
  parcel: string
  at: Date
  kind: 'new' | 'changed' | 'absent' | 'back'
  /** Top-level fields. */
  changed: string[]
  /** `undefined` for `absent`. */
  json: Uint8Array | undefined
}

/** Between two parcels nothing overlaps: what was there only in between is in neither. */
export interface Gap {
  /** Parcel ids. */
  after: string
  before: string
  hours: number
}

/** How close the interval between parcels comes to a gap. */
export interface Headroom {
  /** Share of the window, 0 to 1, that was new in the last of the recent parcels, and at most in any of them. */
  turnover: number
  mostTurnover: number
  /** Longest interval that would still overlap, at the fastest of the recent rates; Infinity when nothing came. */
  longestHours: number
}

export interface Drift {
  parcel: string
  field: string
  kind: 'appeared' | 'vanished' | 'type'
  /** JSON types; none for one that appeared or vanished. */
  before: string[]
  after: string[]
}

export interface Merged {
  /** In order of their first sighting. */
  items: MergedItem[]
  /** In order of parcels. */
  history: HistoryRow[]
  errors: (BadItem & { parcel: string })[]
  gaps: Gap[]
  /** `undefined` without a window, and before two parcels. */
  headroom: Headroom | undefined
  drift: Drift[]
  /** Items whose key came again in the same parcel, over all parcels. */
  duplicates: number
}

export interface Merge {
  /** Parcels in the order of their ids. */
  add(facts: ParcelFacts, extract: Extract): void
  result(): Merged
}

export declare function createMerge(definition: ViewDefinition): Merge
