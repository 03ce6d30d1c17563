import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Files } from '../../system/files.ts'
import { sqlPath, sqlText } from '../sql-text.ts'
import { jsonText, openLines } from '../store/line-file.ts'

/** What unsilo knows itself, as tables of the schema `unsilo`; rows are asked for only where a question names the table. */
const ownColumns = {
  parcels: {
    dataset: 'VARCHAR',
    parcel: 'VARCHAR',
    time: 'TIMESTAMP',
    state: 'VARCHAR',
    name: 'VARCHAR',
    files: 'BIGINT',
    bytes: 'BIGINT',
    sha256: 'VARCHAR',
  },
  metrics: {
    dataset: 'VARCHAR',
    parcel: 'VARCHAR',
    time: 'TIMESTAMP',
    metric: 'VARCHAR',
    value: 'VARCHAR',
    number: 'DOUBLE',
  },
  ledger: { dataset: 'VARCHAR', time: 'TIMESTAMP', event: 'VARCHAR', parcel: 'VARCHAR', entry: 'JSON' },
} as const

export type OwnTable = keyof typeof ownColumns
export type OwnRow<Table extends OwnTable> = Partial<Record<keyof (typeof ownColumns)[Table], unknown>>
/** Rows by table; one that is missing is not wanted. */
export type OwnTables = { [Table in OwnTable]?: Iterable<OwnRow<Table>> }

export const ownSchema = 'unsilo'

/** @returns Names of all of them. */
export async function createOwnTables(
  connection: DuckDBConnection,
  own: OwnTables,
  folder: string,
  files: Files,
): Promise<string[]> {
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ownSchema}`)
  for (const [table, rows] of Object.entries(own) as [OwnTable, Iterable<unknown>][]) {
    const file = await openLines(files, join(folder, `${table}.ndjson`))
    try {
      for (const row of rows) {
        file.line.addText(jsonText(row))
        await file.endLine()
      }
    } finally {
      await file.end()
    }
    const columns = Object.entries(ownColumns[table]).map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`)
    const most = Math.max(16 * 1024 * 1024, file.longestBytes + 64)
    await connection.run(
      `CREATE TABLE ${ownSchema}.${table} AS SELECT * FROM read_json(${sqlPath(file.path)}, ` +
        `format = 'newline_delimited', columns = {${columns.join(', ')}}, maximum_object_size = ${most})`,
    )
    await files.remove(file.path)
  }
  return Object.keys(ownColumns).map((table) => `${ownSchema}.${table}`)
}
