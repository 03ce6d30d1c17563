import { type JsonPath, removeAt } from '../json/at.ts'
import { type Json, canonicalJson, isObject } from '../json/json.ts'
import { jsonOf } from './shown.ts'

/** The top-level fields that differ between two values of an item, what is ignored aside; in order of their names. */
export function changedFields(before: Uint8Array, after: Uint8Array, ignored: readonly JsonPath[]): string[] {
  const [old, now] = [fieldsOf(before, ignored), fieldsOf(after, ignored)]
  const names = new Set([...old.keys(), ...now.keys()])
  return [...names]
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => JSON.parse(name) as string)
    .sort()
}

/** Of a name that comes twice, all values. */
function fieldsOf(json: Uint8Array, ignored: readonly JsonPath[]): Map<string, string> {
  const item: Json = jsonOf(json)
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
