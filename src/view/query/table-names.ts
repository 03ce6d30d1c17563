import type { DuckDBConnection } from '@duckdb/node-api'

export interface TableName {
  schema: string
  table: string
}

/**
 * The tables that SQL names with their schemas. `undefined` when that cannot be said: where it names none, it may ask which
 * there are.
 *
 * @param connection One that has no tables yet: of a view that it knew, DuckDB would name what that is made of.
 */
export function tablesIn(connection: DuckDBConnection, sql: string): TableName[] | undefined {
  let names: readonly string[]
  try {
    names = connection.getTableNames(sql, true)
  } catch {
    return undefined
  }
  const found = names.map(partsOf)
  return found.length > 0 && found.every((parts) => parts.length === 2)
    ? found.map(([schema, table]) => ({ schema: schema!, table: table! }))
    : undefined
}

/** Splits `"my dataset".saved`. */
function partsOf(name: string): string[] {
  return [...name.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!)
}
