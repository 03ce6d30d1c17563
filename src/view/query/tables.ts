import { join } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { UnsiloError } from '../../errors.ts'
import { makeTemporaryFolder } from '../../system/temporary-folder.ts'
import { type SecretColumns, type Undecrypted, createSecretColumns } from '../decrypt/secret-columns.ts'
import { type Engine, interruptible, openEngine, queryError } from '../duckdb.ts'
import { sqlName, sqlPath, sqlText } from '../sql-text.ts'
import { createOwnTables } from './own-tables.ts'
import type { Answer, QueryMirror, QueryOptions } from './query.ts'
import { prepareQuestion } from './question.ts'

/** The tables of a mirror, open for questions one after the other. */
export interface Tables {
  /** A folder that is this process's alone and gone with `close`; `writeParquet` may write into it. */
  folder: string
  /** An answer is read to its end before the next question. @throws UnsiloError `query` with what DuckDB says, `cancelled` */
  ask(sql: string): Promise<Answer>
  /** Keeps the answer as it is now, as the table `kept`, in place of an earlier one. */
  keep(sql: string): Promise<void>
  /** @param path In `folder`, or the `output` of the options. */
  writeParquet(sql: string, path: string): Promise<void>
  /** What could not be decrypted, of what was read so far. */
  undecrypted(): Undecrypted[]
  close(): void
}

/** The table of `keep`. */
export const keptTable = 'memory.main.kept'

/**
 * Opens tables. Questions can read them and nothing else: no other files, no network, no extensions; and they can write nothing.
 *
 * @param mirrorFor Gives the tables; the connection has none yet.
 * @throws UnsiloError `missing-program` without DuckDB
 */
export async function openTables(
  mirrorFor: (connection: DuckDBConnection) => Promise<QueryMirror>,
  options: QueryOptions,
): Promise<Tables> {
  const { signal } = options
  const temporary = makeTemporaryFolder()
  let engine: Engine | undefined
  const close = (): void => {
    engine?.close()
    temporary.remove()
  }
  try {
    engine = await openEngine(join(temporary.path, 'spill'))
    const { connection } = engine
    const mirror = await mirrorFor(connection)
    const folder = join(temporary.path, 'written')
    options.files.makeFolder(folder)
    const secrets = createSecretColumns(connection)
    const names = await interruptible(connection, signal, () =>
      offerTables(connection, mirror, secrets, { ...options, own: temporary.path, folder }),
    )
    const asked = async <T>(sql: string, action: () => Promise<T>): Promise<T> => {
      try {
        return await interruptible(connection, signal, action)
      } catch (error) {
        throw withTables(error, names, sql)
      }
    }
    /** Asks until everything that the answer needs is decrypted. */
    const settled = async (sql: string): Promise<void> => {
      if (!secrets.isLate()) return
      do for await (const rows of (await prepareQuestion(connection, sql)).yieldRows()) void rows
      while (await secrets.settle())
    }
    return {
      folder,
      close,
      undecrypted: () => secrets.undecrypted(),
      ask: (sql) =>
        asked(sql, async () => {
          await settled(sql)
          return answerOf(await prepareQuestion(connection, sql), signal)
        }),
      keep: (sql) =>
        asked(sql, async () => {
          await settled(sql)
          await prepareQuestion(connection, sql)
          await connection.run(`CREATE OR REPLACE TABLE ${keptTable} AS FROM (${withoutEnd(sql)}\n)`)
        }),
      writeParquet: (sql, path) =>
        asked(sql, async () => {
          await settled(sql)
          await prepareQuestion(connection, sql)
          await connection.run(
            `COPY (${withoutEnd(sql)}\n) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
          )
        }),
    }
  } catch (error) {
    close()
    throw error
  }
}

function withoutEnd(sql: string): string {
  return sql.trim().replace(/;$/, '')
}

interface Places extends QueryOptions {
  /** Where what unsilo knows itself is put for a moment. */
  own: string
  folder: string
}

/** Makes the tables, and then locks everything else away. @returns Names of the tables, as they are written in SQL. */
async function offerTables(
  connection: DuckDBConnection,
  { datasets, own }: QueryMirror,
  secrets: SecretColumns,
  { files, output, own: ownFolder, folder }: Places,
): Promise<string[]> {
  const names: string[] = []
  // Texts in SQL.
  const paths: string[] = []
  const reserved = await reservedWords(connection)
  const written = (name: string): string =>
    /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : sqlName(name)
  for (const { name: dataset, views } of datasets) {
    if (views.length > 0) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(dataset)}`)
    for (const { name, paths: of, secrets: rules = [], columns } of views) {
      const tables: [string, string | undefined][] = [
        [name, of.items],
        [`${name}_history`, of.history],
        [`${name}_errors`, of.errors],
      ]
      for (const [table, path] of tables) {
        names.push(`${written(dataset)}.${written(table)}`)
        if (path === undefined) continue
        const full = `${sqlName(dataset)}.${sqlName(table)}`
        const [view, parquet] = [`${dataset}/${name}`, `read_parquet(${sqlPath(path)})`]
        const select =
          path === of.history
            ? await secrets.selectHistory(view, parquet, rules, columns)
            : await secrets.select(view, parquet, path === of.items ? rules : [])
        await connection.run(`CREATE VIEW ${full} AS ${select}`)
        // A path with wildcards in it is looked for as it is written, and read as it is.
        paths.push(sqlText(path), sqlPath(path))
      }
    }
  }
  names.push(...(await createOwnTables(connection, own, ownFolder, files)))
  if (output !== undefined) paths.push(sqlText(output))
  await connection.run(`SET allowed_paths = [${paths.join(', ')}]`)
  await connection.run(`SET allowed_directories = [${sqlText(folder)}]`)
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

/** Of more names only those of the views are told. */
const mostNames = 12

/** Who names a table that there is not wants to know which there are; and who wrote one without the quotes that it needs, how. */
function withTables(error: unknown, names: readonly string[], sql: string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'query' || error.hint !== undefined) return error
  const hint = error.message.startsWith('Parser Error: ')
    ? quotesHint(names, sql)
    : /^Catalog Error: (?:Table|Schema|.* schema )/.test(error.message)
      ? namesHint(names)
      : undefined
  return hint === undefined ? error : new UnsiloError('query', error.message, { hint, cause: error.cause })
}

function quotesHint(names: readonly string[], sql: string): string | undefined {
  const meant = names.filter((name) => name.includes('"') && sql.includes(name.replaceAll('"', '')))
  // Of `a.all` and `a.all_history` that which is written.
  const longest = meant.toSorted((one, other) => other.length - one.length)[0]
  return longest && `Write it with quotes: ${longest}.`
}

function namesHint(names: readonly string[]): string {
  if (names.length <= mostNames) return `Tables: ${names.join(', ')}.`
  const ofViews = names.filter((name) => !/_(?:history|errors)"?$/.test(name))
  return `Tables: ${ofViews.join(', ')}; those of views with _history and _errors beside them.`
}
