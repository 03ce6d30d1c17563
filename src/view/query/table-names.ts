import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlText } from '../sql-text.ts'

export interface TableName {
  schema: string
  table: string
}

/**
 * The tables that SQL names with their schemas. `undefined` when that cannot be said, or not of all of them: where it names none,
 * it may ask which there are. The SQL is only parsed.
 */
export async function tablesIn(connection: DuckDBConnection, sql: string): Promise<TableName[] | undefined> {
  const answer = await connection.run(`SELECT json_serialize_sql(${sqlText(sql)})`)
  const [row] = await answer.getRows()
  const parsed: unknown = JSON.parse(String(row![0]))
  const tables: TableName[] = []
  const common = new Set<string>()
  for (const node of nodesOf(parsed)) {
    const { type, schema_name: schema, table_name: table, cte_map: ctes } = node
    if (type === 'BASE_TABLE') tables.push({ schema: String(schema), table: String(table) })
    for (const { key } of (ctes as { map: { key: string }[] } | undefined)?.map ?? []) common.add(key.toLowerCase())
  }
  const meant = tables.filter(({ schema, table }) => schema !== '' || !common.has(table.toLowerCase()))
  return meant.length > 0 && meant.every(({ schema }) => schema !== '') ? meant : undefined
}

/** All objects in a value, itself included. */
function* nodesOf(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Record<string, unknown>
  for (const inner of Object.values(value)) yield* nodesOf(inner)
}
