import type { ViewDefinition } from '../definition.ts'
import { type JsonPath, copyAt, jsonAt, jsonPath } from '../json/at.ts'
import { type Json, isObject, writeJson } from '../json/json.ts'
import { readJson } from '../json/read-json.ts'
import type { Track } from './track.ts'

/** Chooses, by `pick` and `prefer`, what is shown of an item. */
export interface Shown {
  /** Looks at new bytes of an item. To be called for every sighting whose bytes are not those of the one before. */
  notice(track: Track, json: Uint8Array): void
  of(track: Track): Uint8Array
}

interface Substitution {
  path: JsonPath
  /** Where the value comes from; `undefined`: nothing is put in. */
  from(track: Track): Uint8Array | undefined
}

export function createShown({ pick, prefer, columns, ignore }: ViewDefinition): Shown {
  const nonEmptyPaths: JsonPath[] = []
  const substitutions: Substitution[] = []
  // Whatever is picked, what is ignored shows its latest value.
  if (pick === 'first') for (const path of ignore) substitutions.push({ path: jsonPath(path), from: latestOf })
  for (const [name, preference] of Object.entries(prefer)) {
    const path = jsonPath(columns?.[name]?.path ?? { text: name, steps: [name] })
    if (preference === 'first-nonempty') {
      const place = nonEmptyPaths.push(path) - 1
      substitutions.push({ path, from: (track) => track.nonEmpty[place] })
    } else substitutions.push({ path, from: preference === 'first' ? firstOf : latestOf })
  }

  return {
    notice(track, json) {
      const open = nonEmptyPaths.flatMap((path, place) =>
        track.nonEmpty[place] === undefined ? [{ path, place }] : [],
      )
      if (open.length === 0) return
      const item = jsonOf(json)
      for (const { path, place } of open) if (!isEmpty(jsonAt(item, path))) track.nonEmpty[place] = json
    },
    of(track) {
      const picked = pick === 'first' ? track.first : track.latest
      const needed = substitutions.flatMap(({ path, from }) => {
        const source = from(track)
        return source === undefined || source === picked ? [] : [{ path, source }]
      })
      if (needed.length === 0) return picked
      const item = jsonOf(picked)
      const before = writeJson(item)
      for (const { path, source } of needed) copyAt(item, jsonOf(source), path)
      const after = writeJson(item)
      return after === before ? picked : new TextEncoder().encode(after)
    },
  }
}

const firstOf = ({ first }: Track): Uint8Array => first
const latestOf = ({ latest }: Track): Uint8Array => latest

export function jsonOf(json: Uint8Array): Json {
  return readJson(Buffer.from(json.buffer, json.byteOffset, json.length).toString())
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === 'null' || value === '""') return true
  if (typeof value === 'string') return false
  return (isObject(value) ? value.names : value).length === 0
}
