import * as z from 'zod'
import { UnsiloError } from '../errors.ts'
import { parseField } from '../system/item-path.ts'
import { parsedBy } from '../system/schema.ts'
import { type ColumnDefinition, columnTypes } from './definition.ts'

/** Columns that every view has; of these names none is free. */
export const ownColumns = ['_key', '_first_seen', '_last_seen', '_absent_since', '_versions', '_parcel']

const form = /^(?<path>.*?)(?:\s+::\s*(?<type>\S+))?\s*$/s

/** Reads `created_utc :: epoch`. @throws UnsiloError `config` */
export function parseColumn(text: string): ColumnDefinition {
  const { path, type } = form.exec(text)!.groups as { path: string; type?: string }
  const known = columnTypes.find((one) => one === type)
  if (type === undefined || known !== undefined) return { path: parseField(path), type: known }
  throw new UnsiloError('config', `"${type}" is not a type`, { hint: `Types: ${columnTypes.join(', ')}.` })
}

const columnText = z.string().transform(parsedBy(parseColumn))

/** `[views.NAME.columns]`. */
export const columnsConfig = z
  .record(z.string().min(1, { error: 'a column needs a name' }), columnText)
  .transform(parsedBy(withDistinctNames))

/** In SQL, upper and lower case are the same. */
function withDistinctNames(columns: Record<string, ColumnDefinition>): Record<string, ColumnDefinition> {
  const names = new Map<string, string>()
  for (const name of Object.keys(columns)) {
    const folded = name.toLowerCase()
    if (ownColumns.includes(folded)) {
      throw new UnsiloError('config', `"${name}" is a column that every view has`, {
        hint: 'Give the column another name.',
      })
    }
    const other = names.get(folded)
    if (other !== undefined) {
      throw new UnsiloError('config', `"${other}" and "${name}" are one name in SQL`, {
        hint: 'Give one of the columns another name.',
      })
    }
    names.set(folded, name)
  }
  if (names.size > 0) return columns
  throw new UnsiloError('config', 'names no column', { hint: 'Leave it out, and the columns are those of the items.' })
}
