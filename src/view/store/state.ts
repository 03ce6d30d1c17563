import type { HeldList } from '../item.ts'
import type { Drift, FieldTracks } from '../merge/drift.ts'
import { vanishedFields } from '../merge/drift.ts'
import { type MergeNotes, idLength, idOf } from '../merge/state.ts'
import type { Pace } from './pace.ts'
import { type Gap, type Headroom, headroomOf } from '../merge/window.ts'

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
  /** The top-level ones that items have, or had; `undefined` where those are more than can be fields. */
  fields?: string[]
  /** As of the last parcel that can prove absences: why not all that are gone are known. */
  unsure: Unsure | undefined
  /** Lists in the documents of the last parcel, each of which was read as one item: perhaps those are the items. */
  held?: HeldList[]
  /** Of a feed, while its tables are up to date. */
  pace?: Pace
}

/** An object with more of them is a map with keys for names. */
const mostFields = 1000

/** Something could not be read, and may be any of the items that are not there. */
interface Unsure {
  /** Since which parcel that is so in every one that could prove absences. */
  since: string
  /** Only absences of items that were last seen before this parcel are not known; `undefined`: none are. */
  seenBefore: string | undefined
  problem: string
  file: string
  path: string | undefined
}

export function stateOf({ notes, ids }: { notes: MergeNotes; ids: string }): ViewState {
  const parcels = ids.length / idLength
  const headroom = headroomOf(notes.steps)
  const fields: FieldTracks = new Map(notes.fields)
  const { hidden } = notes.unread
  return {
    items: notes.items,
    absent: notes.absent,
    versions: notes.versions,
    errors: notes.errors,
    duplicates: notes.duplicates,
    parcels,
    from: parcels === 0 ? undefined : idOf({ ids }, 0),
    to: parcels === 0 ? undefined : idOf({ ids }, parcels - 1),
    gaps: notes.gaps,
    headroom: headroom && { ...headroom, longestHours: finite(headroom.longestHours) },
    drift: [...notes.drift, ...vanishedFields(fields)],
    ...(fields.size > mostFields ? {} : { fields: [...fields.keys()] }),
    ...(notes.held ? { held: notes.held } : {}),
    unsure:
      hidden === null
        ? undefined
        : {
            since: idOf({ ids }, hidden.since),
            seenBefore: hidden.seenBefore === null ? undefined : idOf({ ids }, hidden.seenBefore),
            problem: hidden.problem,
            file: hidden.file,
            path: hidden.path ?? undefined,
          },
  }
}

/** JSON has no Infinity. */
function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}
