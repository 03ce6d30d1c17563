import type { HeldList } from '../item.ts'
import type { Bounds } from '../log/parcel-record.ts'
import type { AppendedBytes } from '../log/appended-bytes.ts'
import type { OrderValue } from '../order.ts'
import type { Drift, FieldTrack } from './drift.ts'
import type { Tracks } from './tracks.ts'
import type { UnreadNotes } from './unread.ts'
import type { Gap, Step } from './window.ts'

/** All that a merge knows as of its last parcel: what the tables are made of, and what it goes on from. Good for one definition only. */
export interface MergeState {
  tracks: Tracks
  /** What happened to the items, in the order in which it was learnt. */
  history: AppendedBytes
  /** Ids of the parcels, one behind the other. */
  ids: string
  /** Their numbers in the log. */
  parcels: number[]
  notes: MergeNotes
}

/** The small part of it. Plain values: JSON can store them. */
export interface MergeNotes {
  items: number
  absent: number
  /** Of all items together. */
  versions: number
  duplicates: number
  errors: number
  /** Of the last parcel. */
  held?: HeldList[] | null
  gaps: Gap[]
  drift: Drift[]
  /** Between the recent parcels. */
  steps: Step[]
  fields: [field: string, track: FieldTrack][]
  /** The last parcel whose window counts. */
  range: { parcel: number; bounds: Bounds | null; isFull: boolean } | null
  unread: UnreadNotes
  /** The largest values of `window.by` of the items that lie below the window, by their kind. */
  resting: { number?: OrderValue; moment?: OrderValue }
}

export const idLength = '2020-02-15T010203Z'.length

export function idOf({ ids }: Pick<MergeState, 'ids'>, parcel: number): string {
  return ids.slice(parcel * idLength, (parcel + 1) * idLength)
}
