import type { ItemLog } from '../log/item-log.ts'
import type { Absences } from './absences.ts'
import { addHistory } from './history-rows.ts'
import type { Shown } from './shown.ts'
import type { MergeState } from './state.ts'
import { column } from './tracks.ts'

export interface SightingTools {
  log: ItemLog
  state: MergeState
  shown: Shown
  absences: Absences
}

/** Takes note of what is seen of items. */
export interface Sightings {
  /** A parcel shows the item. */
  item(item: number, parcel: number): void
  /** The item is known to be gone. */
  gone(track: number): void
}

export function createSightings({ log, state, shown, absences }: SightingTools): Sightings {
  const { tracks, history, notes } = state

  const begin = (key: number, item: number, parcel: number): void => {
    const track = tracks.add(key, item, parcel)
    shown.notice(track, item)
    absences.open(track)
    notes.items++
    notes.versions++
    addHistory(history, { track, kind: 'new', version: 1, parcel, item })
  }

  return {
    item(item, parcel) {
      const key = log.table.keyOf(item)
      const track = tracks.find(key)
      if (track === -1) {
        begin(key, item, parcel)
        return
      }
      const before = tracks.get(track, column.latest)
      const isBack = tracks.get(track, column.absentSince) !== 0
      const seenBefore = tracks.get(track, column.lastSeen)
      tracks.set(track, column.lastSeen, parcel)
      tracks.set(track, column.missingSince, 0)
      tracks.set(track, column.missing, 0)
      if (tracks.get(track, column.resting) === 1) {
        tracks.set(track, column.resting, 0)
        absences.reopen(track, seenBefore, parcel)
      } else if (isBack) absences.open(track)
      if (isBack) tracks.set(track, column.absentSince, 0)
      if (isBack) notes.absent--
      if (item === before && !isBack) return
      const isChanged = item !== before && !log.table.hasSameVersion(item, before)
      if (isChanged) {
        tracks.set(track, column.versions, tracks.get(track, column.versions) + 1)
        notes.versions++
      }
      if (isChanged || isBack) {
        const version = tracks.get(track, column.versions)
        const kind = isBack ? 'back' : 'changed'
        addHistory(history, { track, kind, version, parcel, item, before: isChanged ? before : undefined })
      }
      if (item === before) return
      shown.notice(track, item)
      tracks.set(track, column.latest, item)
    },

    gone(track) {
      const version = tracks.get(track, column.versions)
      addHistory(history, { track, kind: 'absent', version, parcel: tracks.get(track, column.absentSince) - 1 })
    },
  }
}
