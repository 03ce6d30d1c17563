import type { ViewDefinition } from '../definition.ts'
import type { ExtractedItem } from '../extract.ts'
import { jsonPath } from '../json/at.ts'
import { changedFields } from './changed-fields.ts'
import type { Shown } from './shown.ts'
import type { Track } from './track.ts'

export interface ParcelFacts {
  id: string
  at: Date
  /** Good and complete, and not only of what has changed: what it does not hold was not there. */
  isEvidence: boolean
}

export interface HistoryRow {
  key: string
  /** 1, 2, …; of `absent`, and of `back` where nothing changed, the one before. */
  version: number
  /** Of `absent` the first that proves it. */
  parcel: string
  at: Date
  kind: 'new' | 'changed' | 'absent' | 'back'
  /** Top-level fields. */
  changed: string[]
  /** `undefined` for `absent`. */
  json: Uint8Array | undefined
}

/** Tells what happened to items, from where they are seen and where they are missed. */
export interface Sightings {
  see(item: ExtractedItem, facts: ParcelFacts): void
  /** The parcel proves that the item was not there. */
  miss(track: Track, facts: ParcelFacts): void
}

const dayMs = 86_400_000

/** @param history Rows are added to it, and tracks to `tracks`. */
export function createSightings(
  { absent, ignore }: ViewDefinition,
  { tracks, history, shown }: { tracks: Map<string, Track>; history: HistoryRow[]; shown: Shown },
): Sightings {
  const ignored = ignore.map(jsonPath)
  return {
    see(item, { id, at }) {
      const { key, json, version, order } = item
      const track = tracks.get(key)
      if (track === undefined) {
        const made = newTrack(item, id)
        shown.notice(made, json)
        tracks.set(key, made)
        history.push({ key, version: 1, parcel: id, at, kind: 'new', changed: [], json })
        return
      }
      const isChanged = version !== track.version
      const isBack = track.absentSince !== undefined
      if (isChanged) track.versions++
      if (isChanged || isBack) {
        const changed = isChanged ? changedFields(track.latest, json, ignored) : []
        history.push({ key, version: track.versions, parcel: id, at, kind: isBack ? 'back' : 'changed', changed, json })
      }
      if (json !== track.latest) shown.notice(track, json)
      Object.assign(track, { version, order, latest: json, lastSeen: id, absentSince: undefined, missing: undefined })
    },

    miss(track, { id, at }) {
      track.missing ??= { parcel: id, at, count: 0 }
      const { missing } = track
      missing.count++
      const days = (at.getTime() - missing.at.getTime()) / dayMs
      if (missing.count < absent.parcels || days < absent.days) return
      track.absentSince = missing.parcel
      const { parcel, at: since } = missing
      history.push({
        key: track.key,
        version: track.versions,
        parcel,
        at: since,
        kind: 'absent',
        changed: [],
        json: undefined,
      })
    },
  }
}

function newTrack({ key, version, json, order }: ExtractedItem, parcel: string): Track {
  return {
    key,
    firstSeen: parcel,
    lastSeen: parcel,
    absentSince: undefined,
    versions: 1,
    version,
    first: json,
    latest: json,
    order,
    missing: undefined,
    nonEmpty: [],
  }
}
