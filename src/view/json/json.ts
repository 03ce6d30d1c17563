import { layoutOf } from './layout.ts'

/**
 * A JSON value of which nothing is lost: numbers beyond 2^53 keep their digits, and objects the names that come twice. A text,
 * number, boolean or null is its canonical JSON.
 */
export type Json = string | Json[] | JsonObject

export interface JsonObject {
  /** As canonical JSON, with quotes; in the order of the document, as are the values. */
  names: string[]
  values: Json[]
}

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

export function isObject(json: Json): json is JsonObject {
  return typeof json !== 'string' && !Array.isArray(json)
}

export function typeOf(json: Json): JsonType {
  if (typeof json !== 'string') return Array.isArray(json) ? 'array' : 'object'
  if (json.startsWith('"')) return 'string'
  if (json === 'null') return 'null'
  return json === 'true' || json === 'false' ? 'boolean' : 'number'
}

/** JSON without blanks, in the order of the document. */
export function writeJson(json: Json): string {
  if (typeof json === 'string') return json
  if (Array.isArray(json)) return `[${json.map(writeJson).join(',')}]`
  return `{${json.names.map((name, index) => `${name}:${writeJson(json.values[index]!)}`).join(',')}}`
}

/** The same for values that differ in the order of names, in blanks and in the way that plain values are written only. */
export function canonicalJson(json: Json): string {
  if (typeof json === 'string') return json
  if (Array.isArray(json)) return `[${json.map(canonicalJson).join(',')}]`
  const { names, values } = json
  let text = '{'
  let comma = ''
  for (const index of layoutOf(names).order) {
    text += `${comma}${names[index]!}:${canonicalJson(values[index]!)}`
    comma = ','
  }
  return `${text}}`
}
