import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { UnsiloError } from '../../errors.ts'
import { openPrivateFolder } from '../../system/private-folder.ts'
import { type RunningCommand, sayEnd, startCommand } from '../../system/processes.ts'
import type { ItemsDefinition } from '../definition.ts'
import type { Input } from './inputs.ts'
import type { Found } from './json/json.ts'
import { linesOf } from './lines.ts'
import { type Surroundings, writeFile } from './spool.ts'

/** What SQLite keeps beside a database until it is merged into it. */
export const sqliteLogs = ['-wal', '-journal', '-shm'] as const
const rows = '"unsilo rows"'
/** A blob is the one value that SQLite's functions do not print as JSON; no text holds this, since its quotes are escaped. */
const blob = /(?<=.)\{"":"([0-9A-F]*)"\}/g

interface Database {
  path: string
  /** Nobody else sees it, so it may be written to: its logs are merged when it is opened. */
  isPrivate: boolean
  file: string
}

/**
 * Each row of a table, or of what a query gives, as an object. Integers of any size and reals are exact, blobs are base64. Neither
 * the database nor the folder that it lies in is changed.
 *
 * @throws UnsiloError `wrong-content` when it is damaged, after the rows before that; `missing-program`
 */
export async function* readSqlite(
  { path, isPrivate, file, open }: Input,
  definition: ItemsDefinition,
  surroundings: Surroundings,
): AsyncGenerator<Found[]> {
  const { files } = surroundings
  const isThere = (log: string): boolean => (files.info(`${path}${log}`)?.sizeBytes ?? 0) > 0
  // The "-shm" file is an index of the other, and is made anew.
  const logs = path === undefined ? [] : ['-wal', '-journal'].filter(isThere)
  if (path !== undefined && (isPrivate || logs.length === 0)) {
    yield* rowsOf({ path, isPrivate, file }, definition, surroundings)
    return
  }
  const folder = openPrivateFolder()
  try {
    const copy = join(folder.path, 'database')
    await writeFile(surroundings, copy, open())
    for (const log of logs) await writeFile(surroundings, `${copy}${log}`, files.read(`${path}${log}`))
    yield* rowsOf({ path: copy, isPrivate: true, file }, definition, surroundings)
  } finally {
    folder.remove()
  }
}

async function* rowsOf(
  database: Database,
  definition: ItemsDefinition,
  surroundings: Surroundings,
): AsyncGenerator<Found[]> {
  const query = definition.sql ?? `SELECT * FROM ${identifier(definition.table ?? '')}`
  // A view in the temporary schema: the names of its columns are known, and it can be nothing but one query.
  const view = `CREATE TEMP VIEW ${rows} AS ${query.replace(/[\s;]+$/, '')}\n`
  const names: string[] = []
  const listing = `SELECT json_quote(name) FROM pragma_table_info('unsilo rows', 'temp') ORDER BY cid`
  try {
    for await (const lines of printed(database, [view, listing], surroundings.signal)) {
      for (const { bytes } of lines) names.push(JSON.parse(Buffer.from(bytes).toString('utf8')) as string)
    }
  } catch (error) {
    throw await withTables(error, database, surroundings.signal)
  }
  const columns = names.map((name) => member(name)).join(', ')
  const { file } = database
  const folder = openPrivateFolder()
  try {
    // A parameter of a program has at most 128 KiB (execve(2)), too little for a thousand columns.
    const selection = folder.write('rows.sql', `SELECT ${columns} FROM temp.${rows};\n`)
    for await (const lines of printed(database, [view, `.read ${quoted(selection)}`], surroundings.signal)) {
      yield lines.map(({ bytes }) => ({ json: rowOf(bytes), file }))
    }
  } finally {
    folder.remove()
  }
}

/** How many tables are named. */
const mostTables = 20

/** Who names a table that there is not wants to know which there are. */
async function withTables(error: unknown, database: Database, signal: AbortSignal): Promise<unknown> {
  const missing = error instanceof UnsiloError ? /no such table: (?:main\.)?(.+)$/.exec(error.message)?.[1] : undefined
  if (missing === undefined) return error
  const sql = `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`
  const names: string[] = []
  for await (const lines of printed(database, [sql], signal))
    for (const { bytes } of lines) names.push(Buffer.from(bytes).toString('utf8'))
  const more = names.length > mostTables ? ` and ${names.length - mostTables} more` : ''
  const there = names.length === 0 ? 'it has none' : `there are: ${names.slice(0, mostTables).join(', ')}${more}`
  return new UnsiloError('wrong-content', `there is no table "${missing}"; ${there}`, { cause: error })
}

/** As sqlite3's dot-commands have it. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** SQL for `"name":value`. JSON as a function made it is text like other text. */
function member(name: string): string {
  const column = identifier(name)
  const key = `'${JSON.stringify(name).replaceAll("'", "''")}:'`
  return (
    `${key} || CASE typeof(${column}) WHEN 'text' THEN json_quote(${column} || '') WHEN 'null' THEN 'null' ` +
    `WHEN 'blob' THEN '{"":"' || hex(${column}) || '"}' WHEN 'real' THEN ${real(column)} ELSE ${column} END`
  )
}

/** `quote` prints as many digits as there are; what is infinite is no JSON. */
function real(column: string): string {
  return `CASE abs(${column}) WHEN 9e999 THEN iif(${column} > 0, '"Infinity"', '"-Infinity"') ELSE quote(${column}) END`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function rowOf(line: Uint8Array): Buffer {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.length)
  if (isUtf8(bytes) && !bytes.includes('{"":"')) return Buffer.concat([brace, bytes, endBrace])
  const row = `{${bytes.toString('utf8')}}`
  return Buffer.from(row.replaceAll(blob, (_, hex: string) => `"${Buffer.from(hex, 'hex').toString('base64')}"`))
}

const brace = Buffer.from('{')
const endBrace = Buffer.from('}')

async function* printed(
  { path, isPrivate }: Database,
  commands: readonly string[],
  signal: AbortSignal,
): ReturnType<typeof linesOf> {
  // "immutable" reads without locks and makes no file beside the database.
  const address = isPrivate ? path : `${pathToFileURL(path).href}?immutable=1`
  const options = ['-batch', '-bail', '-init', '/dev/null', '-list', '-noheader', '-separator', ',']
  const running = startCommand({
    // Views and triggers of the database come from elsewhere.
    command: [
      'sqlite3',
      ...options,
      ...(isPrivate ? [] : ['-readonly']),
      address,
      'PRAGMA trusted_schema = OFF',
      ...commands,
    ],
    stdout: 'pipe',
    stderr: 'pipe',
    signal,
  })
  const complaint = text(running.stderr!)
  complaint.catch(() => undefined)
  let isWhole = false
  try {
    yield* linesOf(running.stdout! as AsyncIterable<Uint8Array>)
    isWhole = true
  } finally {
    if (!isWhole) running.end()
  }
  await checkEnd(running, complaint)
}

/** What sqlite3 says when the reason is not the database: SQLITE_CANTOPEN, IOERR, FULL, NOMEM, PERM (https://sqlite.org/rescode.html). */
const ofMachine =
  /unable to open database|disk I\/O error|database or disk is full|out of memory|access permission denied/

async function checkEnd(running: RunningCommand, complaint: Promise<string>): Promise<void> {
  const end = await running.ended
  if (end.status === 0) return
  const said = (await complaint).trim().replaceAll(/\s*\n\s*/g, '; ')
  if (end.status === null || ofMachine.test(said)) {
    throw new UnsiloError('io', `cannot read an SQLite database: sqlite3: ${said || sayEnd(end)}`, {
      hint: 'Look at free memory and disk space, the limit of open files (ulimit -n) and the owner of the file, then run again.',
      retryable: true,
    })
  }
  // What it repeats of the SQL is not what the user wrote.
  const plain = said
    .replace(/^(?:Parse )?Error: (?:stepping, |in prepare, )?/, '')
    .replace(/; *CREATE TEMP VIEW.*$/, '')
  throw new UnsiloError('wrong-content', `sqlite3: ${plain || sayEnd(end)}`, {
    hint: 'Look at `table` or `sql`, and whether the database is whole.',
  })
}
