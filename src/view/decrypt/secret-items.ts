import type { ViewDefinition } from '../definition.ts'
import { type JsonPath, jsonAt, jsonPath, setAt } from '../json/at.ts'
import { type Json, isObject, writeJson } from '../json/json.ts'
import { readJson } from '../json/read-json.ts'

/** Decrypts a text of a column; `undefined` when it cannot be. */
type ReadSecret = (column: string, text: string) => string | undefined

/**
 * Items, as JSON, with what their columns hold encrypted in plain. What cannot be decrypted is null, as it is in the columns.
 *
 * @param columns Of the view: without them, columns are the fields.
 */
export function secretItems(
  columns: ViewDefinition['columns'],
  isSecret: (column: string) => boolean,
  read: ReadSecret,
): (item: string) => string {
  const named = Object.entries(columns ?? {})
    .filter(([name]) => isSecret(name))
    .map(([name, { path }]): [string, JsonPath] => [name, jsonPath(path)])
  return (text) => {
    const item = readJson(text)
    const fields = columns === undefined && isObject(item) ? fieldsOf(item.names) : []
    const places = [...named, ...fields.filter(([name]) => isSecret(name))]
    // Two columns may have one path; what was decrypted is not again.
    const done = new Set<string>()
    for (const [column, path] of places) {
      const value = jsonAt(item, path)
      const place = path.names.join()
      if (value === undefined || value === 'null' || done.has(place)) continue
      done.add(place)
      const plain = read(column, plainText(value))
      setAt(item, path, plain === undefined ? 'null' : JSON.stringify(plain))
    }
    return done.size > 0 ? writeJson(item) : text
  }
}

function fieldsOf(names: readonly string[]): [column: string, JsonPath][] {
  return [...new Set(names)].map((name) => [JSON.parse(name) as string, { text: '', names: [name] }])
}

function plainText(value: Json): string {
  return typeof value === 'string' && value.startsWith('"') ? (JSON.parse(value) as string) : writeJson(value)
}
