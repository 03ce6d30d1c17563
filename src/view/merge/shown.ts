import type { ViewDefinition } from '../definition.ts'
import { type JsonPath, copyAt, jsonAt, jsonPath } from '../json/at.ts'
import { type Json, isObject, writeJson } from '../json/json.ts'
import { readJson } from '../json/read-json.ts'
import type { ItemLog } from '../log/item-log.ts'
import { type Tracks, column } from './tracks.ts'

/** Chooses, by `pick` and `prefer`, what is shown of an item. */
export interface Shown {
  /** Looks at new bytes of an item. To be called for every sighting whose item is not that of the one before. */
  notice(track: number, item: number): void
  of(track: number): Uint8Array
  /** By column, the value of the item that it is taken from instead; `undefined`: none is. */
  preferred(track: number): ReadonlyMap<string, Uint8Array> | undefined
}

interface Substitution {
  path: JsonPath
  /** The item that the value comes from; `undefined`: nothing is put in. */
  from(track: number): number | undefined
}

/** Paths of the columns whose first value that is not empty is shown. */
export function nonEmptyPaths({ prefer, columns }: Pick<ViewDefinition, 'prefer' | 'columns'>): JsonPath[] {
  return Object.keys(prefer)
    .filter((name) => prefer[name] === 'first-nonempty')
    .map((name) => pathOf(name, columns))
}

export function createShown(
  { pick, prefer, columns, ignore }: ViewDefinition,
  { tracks, log }: { tracks: Tracks; log: ItemLog },
): Shown {
  const firstOf = (track: number): number => tracks.get(track, column.first)
  const latestOf = (track: number): number => tracks.get(track, column.latest)
  const nonEmpty = nonEmptyPaths({ prefer, columns })
  const substitutions: Substitution[] = []
  // Two columns may have one path, and not the same preference: where columns are named, each has its own.
  const own: { name: string; from: Substitution['from'] }[] = []
  // Whatever is picked, what is ignored shows its latest value.
  if (pick === 'first') for (const path of ignore) substitutions.push({ path: jsonPath(path), from: latestOf })
  let count = 0
  for (const [name, preference] of Object.entries(prefer)) {
    const place = preference === 'first-nonempty' ? count++ : undefined
    const chosen = preference === 'first' ? firstOf : latestOf
    const from = place === undefined ? chosen : (track: number) => tracks.nonEmpty(track, place)
    if (columns === undefined) substitutions.push({ path: pathOf(name, columns), from })
    else own.push({ name, from })
  }
  const pickedOf = pick === 'first' ? firstOf : latestOf

  return {
    notice(track, item) {
      if (nonEmpty.every((_, place) => tracks.nonEmpty(track, place) !== undefined)) return
      const json = jsonOf(log.jsonOf(item))
      for (const [place, path] of nonEmpty.entries()) {
        if (tracks.nonEmpty(track, place) === undefined && !isEmpty(jsonAt(json, path)))
          tracks.setNonEmpty(track, place, item)
      }
    },
    of(track) {
      const picked = pickedOf(track)
      const bytes = log.jsonOf(picked)
      const needed = substitutions.flatMap(({ path, from }) => {
        const source = from(track)
        return source === undefined || source === picked ? [] : [{ path, source }]
      })
      if (needed.length === 0) return bytes
      const item = jsonOf(bytes)
      const before = writeJson(item)
      for (const { path, source } of needed) copyAt(item, jsonOf(log.jsonOf(source)), path)
      const after = writeJson(item)
      return after === before ? bytes : new TextEncoder().encode(after)
    },
    preferred(track) {
      let found: Map<string, Uint8Array> | undefined
      for (const { name, from } of own) {
        const source = from(track)
        if (source === undefined || source === pickedOf(track)) continue
        found ??= new Map()
        // What was read before may be gone when the next one is.
        found.set(name, log.jsonOf(source).slice())
      }
      return found
    },
  }
}

/** Where no columns are named, they are the fields. */
function pathOf(name: string, columns: ViewDefinition['columns']): JsonPath {
  return jsonPath(columns?.[name]?.path ?? { text: name, steps: [name] })
}

function jsonOf(json: Uint8Array): Json {
  return readJson(Buffer.from(json.buffer, json.byteOffset, json.length).toString())
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === 'null' || value === '""') return true
  if (typeof value === 'string') return false
  return (isObject(value) ? value.names : value).length === 0
}
