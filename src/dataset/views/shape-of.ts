import { UnsiloError } from '../../errors.ts'
import type { TableShape } from '../../view/check/table-shape.ts'
import type { TableName } from '../../view/query/table-names.ts'
import { sqlName } from '../../view/sql-text.ts'
import type { MirrorTables } from './mirror-tables.ts'

/**
 * The columns of a view, or of what SQL in brackets selects.
 *
 * @throws UnsiloError `query`, also for a view that could not be brought up to date
 */
export async function shapeOf(of: TableName | string, tables: MirrorTables): Promise<TableShape> {
  if (typeof of !== 'string' && tables.view(of.schema, of.table) === undefined) {
    throw new UnsiloError('query', `the view ${of.schema}/${of.table} is not there`, {
      hint: `\`unsilo views ${of.schema}\` tells whether there is one, and why it could not be made.`,
    })
  }
  const table = typeof of === 'string' ? of : `${sqlName(of.schema)}.${sqlName(of.table)}`
  const { batches } = await tables.ask(`DESCRIBE ${typeof of === 'string' ? `SELECT * FROM ${of}` : table}`)
  const columns = new Map<string, string>()
  for await (const batch of batches()) for (const [name, type] of batch) columns.set(String(name), String(type))
  return { table, columns }
}
