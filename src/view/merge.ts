import { parcelTime } from '../parcel/id.ts'
import type { ViewDefinition } from './definition.ts'
import type { BadItem } from './item.ts'
import { jsonPath } from './json/at.ts'
import { AppendedBytes } from './log/appended-bytes.ts'
import type { ItemLog } from './log/item-log.ts'
import type { ParcelExtract } from './log/parcel-record.ts'
import { Absences } from './merge/absences.ts'
import { createChangedFields } from './merge/changed-fields.ts'
import { type Drift, type FieldTracks, fieldsOf, noticeFields } from './merge/drift.ts'
import { readHistoryRows } from './merge/history-rows.ts'
import { Ranges } from './merge/ranges.ts'
import { createShown, nonEmptyPaths } from './merge/shown.ts'
import { createSightings } from './merge/sightings.ts'
import { type MergeState, idOf } from './merge/state.ts'
import { Tracks, column } from './merge/tracks.ts'
import { noticeUnread } from './merge/unread.ts'
import { type Gap, type Headroom, isFull } from './merge/window.ts'

export type { Drift, Gap, Headroom, MergeState }

export interface ParcelFacts {
  id: string
  at: Date
  /** Good and complete, and not only of what has changed: what it does not hold was not there. */
  isEvidence: boolean
}

export interface MergedItem {
  key: string
  /** After `pick`, and `prefer` where no columns are named; ignored fields with their latest values. */
  json: Uint8Array
  /** By column, where columns are named: the value of the item that `prefer` takes it from, if that is another. */
  preferred: ReadonlyMap<string, Uint8Array> | undefined
  /** Parcel ids, as are the next two. */
  firstSeen: string
  lastSeen: string
  /** The first of the parcels that prove it; `undefined` for an item that is there, or is not known to be gone. */
  absentSince: string | undefined
  versions: number
  /** The parcel to look the item up in: with `pick` latest the last that has it, with first the first. */
  parcel: string
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

/** The rows of the tables, made one by one. */
export interface Merged {
  /** In order of their first sighting. */
  items: Iterable<MergedItem>
  /** In the order in which it was learnt: an absence stands where it was sure, and has the parcel in which it began. */
  history: Iterable<HistoryRow>
  errors: Iterable<BadItem & { parcel: string }>
}

export interface Merge {
  readonly state: MergeState
  /**
   * @param parcel Its number in the log.
   * @throws RangeError when the parcel is not later than the last one
   */
  add(facts: ParcelFacts, parcel: number, extract?: ParcelExtract): void
}

interface MergeOptions {
  /** The state of an earlier merge, to which later parcels are added. */
  from?: MergeState | undefined
  /** Where the history goes. */
  history?: AppendedBytes
}

function emptyState(definition: ViewDefinition, history = new AppendedBytes()): MergeState {
  return {
    tracks: new Tracks(nonEmptyPaths(definition).length),
    history,
    ids: '',
    parcels: [],
    notes: {
      items: 0,
      absent: 0,
      versions: 0,
      duplicates: 0,
      errors: 0,
      gaps: [],
      drift: [],
      steps: [],
      fields: [],
      range: null,
      unread: { since: {}, hidden: null },
      resting: {},
    },
  }
}

export function createMerge(definition: ViewDefinition, log: ItemLog, options: MergeOptions = {}): Merge {
  const { window, absent } = definition
  const state = options.from ?? emptyState(definition, options.history)
  const { tracks, notes } = state
  const shown = createShown(definition, { tracks, log })
  const absences = new Absences(definition, log, state)
  const see = createSightings({ log, state, shown, absences })
  const ranges = window === 'all' ? undefined : new Ranges(window, log, state)
  const fields: FieldTracks = new Map(notes.fields)
  const knownFields = fieldCache(log)

  const look = (parcel: number, { items, errors, bounds, duplicates }: ParcelExtract, readableFrom: number): void => {
    const full = isFull(items.length + duplicates + errors.length, window)
    if (absent.mark && readableFrom !== Infinity) {
      for (const track of absences.look({ parcel, items, isFull: full, bounds, readableFrom })) see.gone(track)
    }
    // A parcel of which nothing could be read says nothing of what was there.
    if (items.length > 0 || errors.length === 0) ranges?.look({ parcel, items, bounds, isFull: full })
  }

  return {
    state,
    add({ id, isEvidence }, number, extract = log.extractOf(number)) {
      const parcel = state.parcels.length
      if (parcel > 0 && id <= idOf(state, parcel - 1)) {
        throw new RangeError(`parcel ${id} cannot be merged after ${idOf(state, parcel - 1)}`)
      }
      state.ids += id
      state.parcels.push(number)
      for (const item of extract.items) see.item(item, parcel)
      const readableFrom = noticeUnread(notes.unread, extract.errors, parcel, isEvidence)
      if (isEvidence) look(parcel, extract, readableFrom)
      const hasItems = extract.items.length > 0
      notes.drift.push(
        ...noticeFields(fields, { parcel: id, fields: knownFields(extract.shapes), hasItems }, isEvidence),
      )
      notes.fields = [...fields]
      notes.errors += extract.errors.length
      notes.duplicates += extract.duplicates
      notes.held = extract.held ?? null
    },
  }
}

/** Parcels that follow each other have items of the same shapes, mostly. */
function fieldCache(log: ItemLog): (shapes: readonly number[]) => ReturnType<typeof fieldsOf> {
  let last: { name: string; fields: ReturnType<typeof fieldsOf> } | undefined
  return (shapes) => {
    const name = shapes.join()
    if (last?.name !== name) last = { name, fields: fieldsOf(shapes.map((shape) => log.texts.textOf(shape))) }
    return last.fields
  }
}

/** The rows of the tables as of the last parcel. */
export function rowsOf(definition: ViewDefinition, log: ItemLog, state: MergeState): Merged {
  const { tracks } = state
  const shown = createShown(definition, { tracks, log })
  const keyOf = (track: number): string => log.texts.textOf(tracks.get(track, column.key))
  return {
    items: iterable(function* () {
      for (let track = 0; track < tracks.size; track++) {
        const firstSeen = idOf(state, tracks.get(track, column.firstSeen))
        const lastSeen = idOf(state, tracks.get(track, column.lastSeen))
        const absentSince = tracks.get(track, column.absentSince)
        yield {
          key: keyOf(track),
          json: shown.of(track),
          preferred: shown.preferred(track),
          firstSeen,
          lastSeen,
          absentSince: absentSince === 0 ? undefined : idOf(state, absentSince - 1),
          versions: tracks.get(track, column.versions),
          parcel: definition.pick === 'first' ? firstSeen : lastSeen,
        }
      }
    }),
    history: iterable(function* () {
      const changedFields = createChangedFields(definition.ignore.map(jsonPath))
      for (const { track, kind, version, parcel, item, before } of readHistoryRows(state.history)) {
        const id = idOf(state, parcel)
        const json = item === undefined ? undefined : log.jsonOf(item)
        yield {
          key: keyOf(track),
          version,
          parcel: id,
          at: parcelTime(id),
          kind,
          changed: before === undefined || json === undefined ? [] : changedFields(log.jsonOf(before), json),
          json,
        }
      }
    }),
    errors: iterable(function* () {
      if (state.notes.errors === 0) return
      for (const [index, parcel] of state.parcels.entries()) {
        for (const { hash: _, ...error } of log.extractOf(parcel).errors) yield { ...error, parcel: idOf(state, index) }
      }
    }),
  }
}

function iterable<Row>(rows: () => Iterator<Row>): Iterable<Row> {
  return { [Symbol.iterator]: rows }
}
