import { type JsonPath, removeAt } from '../json/at.ts'
import { type Json, canonicalJson, isObject } from '../json/json.ts'
import { readJson } from '../json/read-json.ts'
import { rawFields } from './raw-fields.ts'

/** The top-level fields that differ between two values of an item, what is ignored aside; in order of their names. */
export function changedFields(before: Uint8Array, after: Uint8Array, ignored: readonly JsonPath[]): string[] {
  const [oldText, nowText] = [textOf(before), textOf(after)]
  const [old, now] = [rawFields(oldText), rawFields(nowText)]
  if (old === undefined || now === undefined) return changedInWhole(oldText, nowText, ignored)
  const changed: string[] = []
  // Most fields stay as they are, to the byte.
  for (const [name, raw] of old) {
    const other = now.get(name)
    if (raw !== other && comparable(name, raw, ignored) !== comparable(name, other, ignored)) changed.push(name)
  }
  for (const [name, raw] of now) if (!old.has(name) && comparable(name, raw, ignored) !== undefined) changed.push(name)
  return changed.sort()
}

/** A field's value in canonical form, without what is ignored of it; `undefined` where there is nothing then. */
function comparable(name: string, raw: string | undefined, ignored: readonly JsonPath[]): string | undefined {
  if (raw === undefined) return undefined
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
