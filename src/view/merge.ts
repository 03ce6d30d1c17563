import type { ViewDefinition } from './definition.ts'
import type { Extract } from './extract.ts'
import type { BadItem } from './item.ts'
import { type Drift, type FieldTracks, noticeFields, vanishedFields } from './merge/drift.ts'
import { createShown } from './merge/shown.ts'
import { type HistoryRow, type ParcelFacts, createSightings } from './merge/sightings.ts'
import type { Track } from './merge/track.ts'
import {
  type Gap,
  type Headroom,
  type Range,
  type Step,
  gapBetween,
  headroomOf,
  isFull,
  provesAbsence,
  stepBetween,
} from './merge/window.ts'

export type { Drift, Gap, Headroom, HistoryRow, ParcelFacts }

export interface MergedItem {
  key: string
  /** After `pick` and `prefer`; ignored fields with their latest values. */
  json: Uint8Array
  /** Parcel ids, as are the next two. */
  firstSeen: string
  lastSeen: string
  /** The first of the parcels that prove it; `undefined` for an item that is there, or is not known to be gone. */
  absentSince: string | undefined
  versions: number
  /** The parcel to look the item up in: with `pick` latest the last that has it, with first the first. */
  parcel: string
}

export interface Merged {
  /** In order of their first sighting. */
  items: MergedItem[]
  /** In the order in which it was learnt: an absence stands where it was sure, and has the parcel in which it began. */
  history: HistoryRow[]
  errors: (BadItem & { parcel: string })[]
  gaps: Gap[]
  /** `undefined` without a window, and before two parcels. */
  headroom: Headroom | undefined
  /** What came new in these parcels, and then what is gone as of the last one. */
  drift: Drift[]
  /** Items whose key came again in the same parcel, over all parcels. */
  duplicates: number
}

/** What a merge goes on from. Plain values: `v8.serialize` can store it. Good for one definition only, columns and feed aside. */
export interface MergeState {
  tracks: Map<string, Track>
  fields: FieldTracks
  /** The last parcel, and the last one whose window counts. */
  last: string | undefined
  range: Range | undefined
  steps: Step[]
}

export interface Merge {
  /** @throws RangeError when the parcel is not later than the last one */
  add(facts: ParcelFacts, extract: Extract): void
  /** All items; history, errors, gaps, drift and duplicates of the parcels that were added here. */
  result(): Merged
  /** As of the last parcel. The merge goes on changing it. */
  state(): MergeState
}

/** So many intervals between parcels are recent. */
const recentSteps = 10

/** @param from The state of an earlier merge, to which later parcels are added. */
export function createMerge(definition: ViewDefinition, from?: MergeState): Merge {
  const { window, absent, pick } = definition
  const shown = createShown(definition)
  const state: MergeState = from ?? {
    tracks: new Map(),
    fields: new Map(),
    last: undefined,
    range: undefined,
    steps: [],
  }
  const { tracks } = state
  const history: HistoryRow[] = []
  const errors: Merged['errors'] = []
  const gaps: Gap[] = []
  const drift: Drift[] = []
  const { see, miss } = createSightings(definition, { tracks, history, shown })
  let duplicates = 0

  const look = (facts: ParcelFacts, extract: Extract): void => {
    const { items, errors: unread, bounds } = extract
    const full = isFull(extract, window)
    // An item that could not be read may be any of those that are not there.
    if (absent.mark && unread.length === 0) {
      for (const track of tracks.values()) {
        if (track.lastSeen === facts.id || track.absentSince !== undefined) continue
        if (provesAbsence(full, bounds, track.order)) miss(track, facts)
      }
    }
    // A parcel of which nothing could be read says nothing of what was there.
    if (window === 'all' || (items.size === 0 && unread.length > 0)) return
    const range: Range = { parcel: facts.id, at: facts.at, keys: new Set(items.keys()), bounds, isFull: full }
    if (state.range !== undefined) {
      const gap = gapBetween(state.range, range)
      if (gap !== undefined) gaps.push(gap)
      state.steps.push(stepBetween(state.range, extract, facts.at, window.newest, gap !== undefined))
      state.steps.splice(0, state.steps.length - recentSteps)
    }
    state.range = range
  }

  return {
    add(facts, extract) {
      if (state.last !== undefined && facts.id <= state.last) {
        throw new RangeError(`parcel ${facts.id} cannot be merged after ${state.last}`)
      }
      state.last = facts.id
      for (const item of extract.items.values()) see(item, facts)
      if (facts.isEvidence) look(facts, extract)
      drift.push(...noticeFields(state.fields, extract, facts.isEvidence))
      for (const error of extract.errors) errors.push({ ...error, parcel: facts.id })
      duplicates += extract.duplicates
    },
    result() {
      const items = [...tracks.values()].map((track): MergedItem => {
        const { key, firstSeen, lastSeen, absentSince, versions } = track
        const parcel = pick === 'first' ? firstSeen : lastSeen
        return { key, json: shown.of(track), firstSeen, lastSeen, absentSince, versions, parcel }
      })
      const headroom = headroomOf(state.steps)
      return {
        items,
        history: [...history],
        errors: [...errors],
        gaps: [...gaps],
        headroom,
        drift: [...drift, ...vanishedFields(state.fields)],
        duplicates,
      }
    },
    state: () => state,
  }
}
