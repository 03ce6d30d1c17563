import type { ColumnType, KeyPart } from '../definition.ts'
import { type JsonPath, jsonAt, jsonPath } from '../json/at.ts'
import { type Json, canonicalJson } from '../json/json.ts'
import { convert } from '../store/column-kind.ts'

interface KeyPartReader {
  name: string
  isOptional: boolean
  /** Where it looks in an item. */
  paths: JsonPath[]
  /**
   * `undefined`: the item has nothing there.
   *
   * @param isText Empty text is as good as nothing: it is taken only where there is nothing else.
   */
  textOf(item: Json, isText: boolean): string | undefined
}

export function createKeyPart({ text: name, steps, type, others = [], isOptional = false }: KeyPart): KeyPartReader {
  const fields = [{ path: { text: name, steps }, type }, ...others].map((field) => ({
    path: jsonPath(field.path),
    type: field.type,
  }))
  return {
    name: isOptional ? name.slice(0, -1).trim() : name,
    isOptional,
    paths: fields.map(({ path }) => path),
    textOf(item, isText) {
      let blank: string | undefined
      for (const field of fields) {
        const text = plainText(jsonAt(item, field.path))
        if (text === undefined) continue
        if (!isText || text.trim() !== '') return field.type === undefined ? text : readAs(field.type, text)
        blank ??= text
      }
      return blank
    },
  }
}

/**
 * A text as it is, and any other value as canonical JSON; never a part of a larger string, which would stay in memory. Null is
 * nothing.
 */
function plainText(json: Json | undefined): string | undefined {
  if (json === undefined || json === 'null') return undefined
  if (typeof json === 'string' && json.startsWith('"')) return JSON.parse(json) as string
  return Buffer.from(canonicalJson(json)).toString()
}

/** What is none of the type stays as it is: it still tells items apart. */
function readAs(type: ColumnType, text: string): string {
  if (type === 'text' || type === 'json') return text
  // Of a time the zeros at the end of a fraction: one service writes them, another does not.
  return (
    convert(type, text)?.replace(/(\.\d*?)0*$/, (_, fraction: string) => (fraction === '.' ? '' : fraction)) ?? text
  )
}
