import { join } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import { makeTemporaryFolder } from '../../system/temporary-folder.ts'
import { type Engine, interruptible, openEngine, queryError } from '../duckdb.ts'
import { sqlName, sqlPath, sqlText } from '../sql-text.ts'
import type { TablePaths } from '../store/write-tables.ts'
import { prepareQuestion } from './question.ts'
import { type OwnTables, createOwnTables } from './own-tables.ts'
import { type TableName, tablesIn } from './table-names.ts'
import type { Cell, CellType } from './cell.ts'

/** What can be asked: of each dataset its views, and what unsilo knows itself. */
export interface QueryMirror {
  datasets: { name: string; views: { name: string; paths: TablePaths }[] }[]
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
  const { signal, output } = options
  const temporary = makeTemporaryFolder()
  let engine: Engine | undefined
  const close = (): void => {
    engine?.close()
    temporary.remove()
  }
  try {
    engine = await openEngine(join(temporary.path, 'spill'))
    const { connection } = engine
    const mirror = await mirrorFor(await tablesIn(connection, sql))
    const names = await interruptible(connection, signal, () =>
      offerTables(connection, mirror, temporary.path, options),
    )
    const asked = async <T>(action: () => Promise<T>): Promise<T> => {
      try {
        return await interruptible(connection, signal, action)
      } catch (error) {
        throw withTables(error, names)
      }
    }
    return {
      close,
      ask: () => asked(async () => answerOf(await prepareQuestion(connection, sql), signal)),
      writeParquet: () =>
        asked(async () => {
          await prepareQuestion(connection, sql)
          const select = sql.trim().replace(/;$/, '')
          await connection.run(
            `COPY (${select}\n) TO ${sqlText(output!)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
          )
        }),
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Makes the tables, and then locks everything else away. @returns Names of the tables, as they are written in SQL. */
async function offerTables(
  connection: DuckDBConnection,
  { datasets, own }: QueryMirror,
  folder: string,
  { files, output }: QueryOptions,
): Promise<string[]> {
  const names: string[] = []
  // Texts in SQL.
  const paths: string[] = []
  const reserved = await reservedWords(connection)
  const written = (name: string): string =>
    /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : sqlName(name)
  for (const { name: dataset, views } of datasets) {
    if (views.length > 0) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(dataset)}`)
    for (const { name, paths: of } of views) {
      const tables: [string, string][] = [
        [name, of.items],
        [`${name}_history`, of.history],
        [`${name}_errors`, of.errors],
      ]
      for (const [table, path] of tables) {
        const full = `${sqlName(dataset)}.${sqlName(table)}`
        await connection.run(`CREATE VIEW ${full} AS SELECT * FROM read_parquet(${sqlPath(path)})`)
        // A path with wildcards in it is looked for as it is written, and read as it is.
        paths.push(sqlText(path), sqlPath(path))
        names.push(`${written(dataset)}.${written(table)}`)
      }
    }
  }
  names.push(...(await createOwnTables(connection, own, folder, files)))
  if (output !== undefined) paths.push(sqlText(output))
  await connection.run(`SET allowed_paths = [${paths.join(', ')}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
  return names
}

/** Names that have to stand in quotes. */
async function reservedWords(connection: DuckDBConnection): Promise<Set<unknown>> {
  const words = await connection.run(
    `SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')`,
  )
  return new Set((await words.getRows()).flat())
}

function answerOf(result: DuckDBResult, signal: AbortSignal): Answer {
  const types = result.columnTypes()
  return {
    columns: result.deduplicatedColumnNames().map((name, index) => ({ name, type: types[index]! })),
    async *batches() {
      try {
        for await (const rows of result.yieldRows()) {
          if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
          yield rows
        }
      } catch (error) {
        throw error instanceof UnsiloError ? error : queryError(error, signal)
      }
    },
  }
}

/** Who names a table that there is not wants to know which there are. */
function withTables(error: unknown, names: readonly string[]): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'query' || error.hint !== undefined) return error
  if (!/^Catalog Error: (?:Table|Schema|.* schema )/.test(error.message)) return error
  return new UnsiloError('query', error.message, { hint: `Tables: ${names.join(', ')}.`, cause: error.cause })
}
