import type { Files } from '../../system/files.ts'
import type { ViewDefinition } from '../definition.ts'
import type { SecretRule, Undecrypted } from '../decrypt/secret-columns.ts'
import type { TablePaths } from '../store/write-tables.ts'
import type { Cell, CellType } from './cell.ts'
import type { OwnTables } from './own-tables.ts'
import { type TableName, tablesIn } from './table-names.ts'
import { openTables } from './tables.ts'

/** A view that can be asked. */
export interface QueryView {
  name: string
  /** The history, where the question may need it. */
  paths: Omit<TablePaths, 'history'> & Partial<TablePaths>
  /** What of it is decrypted when it is read. */
  secrets?: readonly SecretRule[]
  /** Of the definition: says where in the items of the history that is. */
  columns?: ViewDefinition['columns']
}

/** What can be asked: of each dataset its views, and what unsilo knows itself. */
export interface QueryMirror {
  datasets: { name: string; views: QueryView[] }[]
  own: OwnTables
}

export interface QueryOptions {
  files: Files
  signal: AbortSignal
  /** The only file that may be written, and what for. */
  output?: string
}

interface QueryColumn {
  name: string
  type: CellType
}

/** An answer, row by row. */
export interface Answer {
  columns: QueryColumn[]
  /** Rows as they come, some at a time. @throws UnsiloError `query`, `cancelled` */
  batches(): AsyncIterable<Cell[][]>
}

export interface Query {
  /** @throws UnsiloError `query` with what DuckDB says, `cancelled` */
  ask(): Promise<Answer>
  /** Writes the answer to `output`, as Parquet. */
  writeParquet(): Promise<void>
  /** What could not be decrypted, and is empty in what was read of the answer. */
  undecrypted(): Undecrypted[]
  close(): void
}

/**
 * Opens one question in SQL. It can read the tables of the mirror and nothing else: no other files, no network, no extensions;
 * and it can write nothing.
 *
 * @param mirrorFor Gives the tables that the question names; all, where those are not known.
 * @throws UnsiloError `query` when it is no question, `missing-program` without DuckDB
 */
export async function openQuery(
  sql: string,
  mirrorFor: (wanted: TableName[] | undefined) => Promise<QueryMirror>,
  options: QueryOptions,
): Promise<Query> {
  const tables = await openTables(async (connection) => mirrorFor(await tablesIn(connection, sql)), options)
  return {
    ask: () => tables.ask(sql),
    writeParquet: () => tables.writeParquet(sql, options.output!),
    undecrypted: () => tables.undecrypted(),
    close: () => tables.close(),
  }
}
