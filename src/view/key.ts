import { parseColumn } from './column.ts'
import type { ColumnDefinition, KeyPart } from './definition.ts'

/** What stands between `|`; in quotes that is a character like any other. */
const alternative = /(?:\[(?:"(?:[^"\\]|\\.)*"|'[^']*')\]|[^|])+/g

/**
 * Reads a part of a key: `id`, `code?` (an item may lack it), `new.id | old_id` (the first that an item has),
 * `at :: timestamp | ms :: epoch-ms` (the same time, however it is written).
 *
 * @throws UnsiloError `config`
 */
export function parseKeyPart(text: string): KeyPart {
  const trimmed = text.trim()
  const isOptional = trimmed.endsWith('?')
  const written = isOptional ? trimmed.slice(0, -1) : trimmed
  const [first, ...others] = (written.match(alternative) ?? ['']).map((one) => parseColumn(one.trim())) as [
    ColumnDefinition,
    ...ColumnDefinition[],
  ]
  return {
    text: others.length === 0 && first.type === undefined && !isOptional ? first.path.text : trimmed,
    steps: first.path.steps,
    ...(first.type && { type: first.type }),
    ...(others.length > 0 && { others }),
    ...(isOptional && { isOptional }),
  }
}
