import { type JsonPath, removeAt } from '../json/at.ts'
import { type Json, canonicalJson, isObject } from '../json/json.ts'
import { readJson } from '../json/read-json.ts'
import { MemberReader } from '../store/member-reader.ts'

/** Finds the top-level fields that differ between two values of an item, what is ignored aside; in order of their names. */
export type ChangedFields = (before: Uint8Array, after: Uint8Array) => string[]

/** A field, and where its value stands in the two. */
interface Field {
  name: string
  /** The last two values that were compared and have it, by their number. */
  before: number
  after: number
  from: number
  to: number
}

export function createChangedFields(ignored: readonly JsonPath[]): ChangedFields {
  const reader = new MemberReader((name): Field => ({ name, before: 0, after: 0, from: 0, to: 0 }))
  const canRead = (item: Uint8Array): boolean => reader.read(item) && reader.isKnown && !reader.hasRepeats
  let number = 0
  const old: Field[] = []
  return (before, after) => {
    number++
    if (!canRead(before)) return changedInWhole(textOf(before), textOf(after), ignored)
    old.length = reader.count
    for (let at = 0; at < reader.count; at++) {
      const field = (old[at] = reader.fields[at]!)
      field.before = number
      field.from = reader.starts[at]!
      field.to = reader.ends[at]!
    }
    if (!canRead(after)) return changedInWhole(textOf(before), textOf(after), ignored)
    const changed: string[] = []
    for (let at = 0; at < reader.count; at++) {
      const field = reader.fields[at]!
      const { name, from, to } = field
      field.after = number
      if (field.before !== number) {
        if (comparable(name, reader.raw(at), ignored) !== undefined) changed.push(name)
        // Most fields stay as they are, to the byte.
      } else if (!isSame(before, from, to, after, reader.starts[at]!, reader.ends[at]!)) {
        const was = comparable(name, textOf(before.subarray(from, to)), ignored)
        if (was !== comparable(name, reader.raw(at), ignored)) changed.push(name)
      }
    }
    for (const { name, after: seen, from, to } of old) {
      const isGone = seen !== number && comparable(name, textOf(before.subarray(from, to)), ignored) !== undefined
      if (isGone) changed.push(name)
    }
    return changed.sort()
  }
}

function isSame(a: Uint8Array, from: number, to: number, b: Uint8Array, start: number, end: number): boolean {
  if (to - from !== end - start) return false
  for (let index = from; index < to; index++) if (a[index] !== b[start + index - from]) return false
  return true
}

/** A field's value in canonical form, without what is ignored of it; `undefined` where there is nothing then. */
function comparable(name: string, raw: string, ignored: readonly JsonPath[]): string | undefined {
  const item: Json = { names: [JSON.stringify(name)], values: [readJson(raw)] }
  for (const path of ignored) removeAt(item, path)
  return item.values[0] === undefined ? undefined : canonicalJson(item.values[0])
}

function changedInWhole(before: string, after: string, ignored: readonly JsonPath[]): string[] {
  const [old, now] = [fieldsOf(before, ignored), fieldsOf(after, ignored)]
  const names = new Set([...old.keys(), ...now.keys()])
  return [...names]
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => JSON.parse(name) as string)
    .sort()
}

/** Of a name that comes twice, all values. */
function fieldsOf(json: string, ignored: readonly JsonPath[]): Map<string, string> {
  const item: Json = readJson(json)
  for (const path of ignored) removeAt(item, path)
  const fields = new Map<string, string>()
  if (!isObject(item)) return fields
  for (const [index, name] of item.names.entries()) {
    const value = canonicalJson(item.values[index]!)
    const other = fields.get(name)
    fields.set(name, other === undefined ? value : `${other}\n${value}`)
  }
  return fields
}

function textOf(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.length).toString()
}
