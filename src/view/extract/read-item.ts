import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { nearestWord } from '../../system/nearest.ts'
import type { ViewDefinition } from '../definition.ts'
import { type JsonPath, jsonAt, jsonPath, removeAt } from '../json/at.ts'
import { CanonicalBytes } from '../json/canonical-bytes.ts'
import { type Json, canonicalJson, isObject, typeOf } from '../json/json.ts'
import { layoutOf } from '../json/layout.ts'
import { readJson } from '../json/read-json.ts'
import { type OrderValue, orderOf } from '../order.ts'
import { createKeyPart } from './key-part.ts'

/** Fields that come and go in every way: no more shapes than these are kept for the next items. */
const mostShapes = 1000
/** Of an object with more of them, no name is looked for that is like another. */
const mostNames = 100

export interface ReadItem {
  key: string
  /** Hash of the item without what is ignored, in canonical form: what counts as a change. 128 bits, hex. */
  version: string
  json: Uint8Array
  /** The value of `window.by`; `undefined` without a window, and where it has none. */
  order: OrderValue | undefined
  /** Top-level fields and their JSON types, as JSON. Few different ones in a parcel. */
  shape: string
}

/** Reads one item from its bytes, or says what is wrong with it. `json` is those bytes, unless they are no UTF-8. */
export interface ItemReader {
  (
    json: Uint8Array,
    /** The first parts of its key. */
    parents?: readonly string[],
    /** As of `FoundItem`. */
    isText?: boolean,
  ): ReadItem | { problem: string; hash?: string }
  /** The key is the hash of the item: several may have the same. */
  readonly isByHash: boolean
}

export function createItemReader({ key, ignore, window }: ViewDefinition): ItemReader {
  const keyParts = key === 'hash' ? undefined : key.map(createKeyPart)
  const by = window === 'all' || window.by === undefined ? undefined : jsonPath(window.by)
  const ignored = ignore.map(jsonPath)

  const keyOf = (item: Json, parents: readonly string[], isText: boolean): string | { problem: string } => {
    const texts: (string | null)[] = []
    for (const { name, isOptional, textOf } of keyParts ?? []) {
      const text = textOf(item, isText)
      if (text === undefined && !isOptional) {
        return { problem: `has no "${name}" to tell it from others${likely(name, item)}` }
      }
      texts.push(text ?? null)
    }
    if (texts.every((text) => text === null)) return { problem: 'has nothing to tell it from others' }
    if (isText && texts.every((text) => (text ?? '').trim() === '')) {
      const names = keyParts!.map(({ name }) => `"${name}"`).join(' and ')
      return { problem: `has an empty ${names}, and nothing to tell it from others` }
    }
    return keyFrom([...parents, ...texts])
  }

  const wanted = wantedNames([...(keyParts ?? []).flatMap(({ paths }) => paths), ...(by === undefined ? [] : [by])])
  const canonical = wanted && new CanonicalBytes(ignored, wanted)

  /** Without a tree of all values. @returns `undefined` for what has to be looked at in whole */
  const readBytes = (json: Uint8Array, parents: readonly string[], isText: boolean): ReadItem | undefined => {
    if (canonical === undefined || !isUtf8(json) || !canonical.read(json)) return undefined
    const names: string[] = []
    const values: Json[] = []
    for (const [index, name] of wanted!.entries()) {
      const value = canonical.textOf(index)
      if (value === undefined) continue
      names.push(name)
      values.push(readJson(value))
    }
    const known = keyParts === undefined ? '' : keyOf({ names, values }, parents, isText)
    if (typeof known !== 'string') return undefined
    const order = by === undefined ? undefined : orderOf(jsonAt({ names, values }, by))
    const version = hash('sha256', canonical.bytes).slice(0, 32)
    const { shape } = canonical
    return { key: keyParts === undefined ? keyFrom([...parents, version]) : known, version, json, order, shape }
  }

  const read = (json: Uint8Array, parents: readonly string[] = [], isText = false): ReturnType<ItemReader> => {
    const found = readBytes(json, parents, isText)
    if (found !== undefined) return found
    const text = Buffer.from(json.buffer, json.byteOffset, json.length).toString()
    let item: Json
    try {
      item = readJson(text)
    } catch (error) {
      if (error instanceof SyntaxError) return { problem: error.message }
      throw error
    }
    const known = keyParts === undefined ? '' : keyOf(item, parents, isText)
    if (typeof known !== 'string') return { ...known, hash: hash('sha256', canonicalJson(item)).slice(0, 32) }
    const shape = shapeOf(item)
    const order = by === undefined ? undefined : orderOf(jsonAt(item, by))
    for (const path of ignored) removeAt(item, path)
    const version = hash('sha256', canonicalJson(item)).slice(0, 32)
    // What is no UTF-8 could not be stored as text.
    const kept = isUtf8(json) ? json : new TextEncoder().encode(text)
    return { key: keyParts === undefined ? keyFrom([...parents, version]) : known, version, json: kept, order, shape }
  }
  return Object.assign(read, { isByHash: keyParts === undefined })
}

/** A field that is meant, perhaps: a name may be misspelt, or written in other letters. */
function likely(name: string, item: Json): string {
  if (!isObject(item) || item.names.length > mostNames) return ''
  const near = nearestWord(
    name,
    item.names.map((one) => JSON.parse(one) as string),
  )
  return near === undefined || near === name ? '' : `: did you mean "${near}"?`
}

/** The top-level names that paths begin with; `undefined` when one of them begins otherwise. */
function wantedNames(paths: readonly JsonPath[]): string[] | undefined {
  const names = paths.map((path) => path.names[0])
  return names.every((name) => name !== undefined) ? [...new Set(names)] : undefined
}

/** Several texts are a JSON list, with null for one that is missing. */
function keyFrom(texts: readonly (string | null)[]): string {
  return texts.length > 1 ? JSON.stringify(texts) : texts[0]!
}

/** Top-level fields and their types, as a JSON object, so that it can be stored and read. */
function shapeOf(item: Json): string {
  if (!isObject(item)) return '{}'
  const { names, values } = item
  const { order, shapes } = layoutOf(names)
  let types = ''
  for (const value of values) types += letterOf(value)
  const known = shapes.get(types)
  if (known !== undefined) return known
  const shape = `{${order.map((index) => `${names[index]!}:"${typeOf(values[index]!)}"`).join(',')}}`
  const own = Buffer.from(shape).toString()
  if (shapes.size < mostShapes) shapes.set(types, own)
  return own
}

/** Quicker than `typeOf`: the first letter of a plain value tells its type. */
function letterOf(value: Json): string {
  if (typeof value !== 'string') return Array.isArray(value) ? '[' : '{'
  const first = value[0]!
  if (first === 'f') return 't'
  return first <= '9' && first !== '"' ? '0' : first
}
