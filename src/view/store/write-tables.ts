import { join } from 'node:path'
import { parcelIdAt } from '../../parcel/id.ts'
import type { Files } from '../../system/files.ts'
import type { ViewDefinition } from '../definition.ts'
import { type Engine, interruptible, openEngine } from '../duckdb.ts'
import type { BadItem } from '../item.ts'
import type { HistoryRow, MergedItem } from '../merge.ts'
import { sqlName, sqlPath, sqlText } from '../sql-text.ts'
import { type ItemColumns, type Misfit, itemColumns } from './item-columns.ts'
import type { LineBytes } from './line-bytes.ts'
import { type LineFile, jsonText, openLines } from './line-file.ts'
import { type NewestItem, newestItems } from './newest-items.ts'
import { type Pace, paceOf } from './pace.ts'
import { withWholeCharacters } from './raw-json.ts'
import { type Select, errorSelect, historySelect, itemSelect } from './table-selects.ts'

/** Names of a view's tables, as files. */
export interface TablePaths {
  items: string
  history: string
  errors: string
}

export function tablePaths(folder: string, view: string): TablePaths {
  return {
    items: join(folder, `${view}.parquet`),
    history: join(folder, `${view}_history.parquet`),
    errors: join(folder, `${view}_errors.parquet`),
  }
}

/** Values that are not of their column's type are told for so many of a column; a wrong type would tell of every item. */
const mostMisfits = 100
const mebibyte = 1024 * 1024
/** Tables are of any size, and DuckDB takes most of the machine's memory where it may: beyond this it spills. */
const memoryBytes = 512 * mebibyte
/** A line takes several times its size while it is read. */
const memoryOfLine = 8
/** Rows of Parquet are held together in groups of at least 2,048, by default 122,880: wide ones would fill the memory. */
const [leastRows, mostRows] = [2048, 122_880]
const groupBytes = 16 * mebibyte

/** What the tables hold; each is gone through once. `json` of a row need only be valid until the next one is asked for. */
export interface TableRows {
  items: Iterable<MergedItem>
  history: Iterable<HistoryRow>
  errors: Iterable<BadItem & { parcel: string }>
}

/**
 * Writes the tables of a view as Parquet, into a folder that is empty.
 * @param withHistory Else that table is left for later.
 * @returns How many errors the last of them tells; of a feed, its newest items, and how they come.
 */
export async function writeTables(
  files: Files,
  folder: string,
  definition: ViewDefinition,
  rows: TableRows,
  { withHistory, signal }: { withHistory: boolean; signal: AbortSignal },
): Promise<{ errors: number; newest: NewestItem[]; pace: Pace | undefined }> {
  const paths = tablePaths(folder, definition.name)
  const spill = join(folder, 'spill')
  const engine = await openEngine(spill)
  const copies = openCopies(engine, signal)
  try {
    const misfits = openMisfits()
    const columns = itemColumns(definition)
    const history = withHistory ? [await lines(files, folder, 'history', rows.history, addHistory, signal)] : []
    for (const file of history) await copies.start(file, historySelect, paths.history)
    const addOne = (item: MergedItem, line: LineBytes): void => addItem(item, columns, line, misfits.add)
    const items = await lines(files, folder, 'items', rows.items, addOne, signal)
    await copies.start(items, itemSelect(columns.columns), paths.items)
    let errorCount = 0
    const addError = (row: ErrorRow, line: LineBytes): void => {
      errorCount++
      line.addText(jsonText(row))
    }
    const errors = await lines(files, folder, 'errors', chain(rows.errors, misfits.errors()), addError, signal)
    await copies.start(errors, errorSelect, paths.errors)
    await copies.end()
    for (const { path } of [items, ...history, errors]) await files.remove(path)
    return await interruptible(engine.connection, signal, async () => ({
      errors: errorCount,
      newest: await newestItems(engine.connection, paths.items, definition),
      pace: await paceOf(engine.connection, paths.items, definition),
    }))
  } finally {
    await copies.end().catch(() => undefined)
    engine.close()
    await files.remove(spill)
  }
}

/** Writes the table that was left for later, into another folder that is empty. */
export async function writeHistory(
  files: Files,
  folder: string,
  view: string,
  rows: TableRows['history'],
  signal: AbortSignal,
): Promise<void> {
  const spill = join(folder, 'spill')
  const engine = await openEngine(spill)
  try {
    const history = await lines(files, folder, 'history', rows, addHistory, signal)
    await copyTable(engine, history, historySelect, tablePaths(folder, view).history, signal)
    await files.remove(history.path)
  } finally {
    engine.close()
    await files.remove(spill)
  }
}

function* chain<Row>(first: Iterable<Row>, second: Iterable<Row>): Generator<Row> {
  yield* first
  yield* second
}

async function lines<Row>(
  files: Files,
  folder: string,
  name: string,
  rows: Iterable<Row>,
  addLine: (row: Row, line: LineBytes) => void,
  signal: AbortSignal,
): Promise<LineFile> {
  const file = await openLines(files, join(folder, `${name}.ndjson`))
  try {
    for (const row of rows) {
      addLine(row, file.line)
      const waiting = file.endLine()
      if (waiting === undefined) continue
      await waiting
      signal.throwIfAborted()
    }
  } finally {
    await file.end()
  }
  return file
}

interface Copies {
  /** Copies the lines into a table, while the lines of the next one are made. */
  start(file: LineFile, select: Select, path: string): Promise<void>
  end(): Promise<void>
}

/** One after the other: two at once would take twice the memory. */
function openCopies(engine: Engine, signal: AbortSignal): Copies {
  let last: Promise<void> = Promise.resolve()
  return {
    async start(file, select, path) {
      await last
      last = copyTable(engine, file, select, path, signal)
      // Who waits for it is told.
      last.catch(() => undefined)
    },
    end: () => last,
  }
}

async function copyTable(
  { connection }: Engine,
  file: LineFile,
  { members, columns }: Select,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const types = members.map(([name, type]) => `${sqlName(name)}: ${sqlText(type)}`).join(', ')
  const most = Math.max(mebibyte, file.longestBytes + 64)
  const source = `read_json(${sqlPath(file.path)}, format = 'newline_delimited', columns = {${types}}, maximum_object_size = ${most})`
  const select = `SELECT ${columns.join(', ')} FROM ${source}`
  const memory = Math.ceil((memoryBytes + memoryOfLine * file.longestBytes) / mebibyte)
  await interruptible(connection, signal, async () => {
    await connection.run(`SET memory_limit = '${memory}MiB'`)
    await connection.run(
      `COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows(file)})`,
    )
  })
}

/** As in "2024-01-01T060000Z". */
function timeText(id: string): string {
  return `${id.slice(0, 10)} ${id.slice(11, 13)}:${id.slice(13, 15)}:${id.slice(15, 17)}`
}

function groupRows({ bytes, lines: count }: LineFile): number {
  const fitting = Math.floor((groupBytes * count) / Math.max(1, bytes) / leastRows) * leastRows
  return Math.min(mostRows, Math.max(leastRows, fitting))
}

const closeBrace = Buffer.from('}')
const itemName = Buffer.from(',"item":')

function addItem(
  { key, json, preferred, firstSeen, lastSeen, absentSince, versions, parcel }: MergedItem,
  columns: ItemColumns,
  line: LineBytes,
  onMisfit: (misfit: Misfit & { key: string; parcel: string }) => void,
): void {
  const absent = absentSince === undefined ? '' : `,"a":"${timeText(absentSince)}"`
  const own = `"k":${jsonText(key)},"f":"${timeText(firstSeen)}","l":"${timeText(lastSeen)}","v":${versions},"p":"${parcel}"`
  line.addText(`{${own}${absent}`)
  columns.add(json, line, (misfit) => onMisfit({ ...misfit, key, parcel }), preferred)
  line.add(closeBrace)
}

function addHistory({ key, version, parcel, at, kind, changed, json }: HistoryRow, line: LineBytes): void {
  const fields = changed.length === 0 ? '[]' : jsonText(changed)
  const time = timeText(parcelIdAt(at))
  line.addText(
    `{"key":${jsonText(key)},"version":${version},"parcel":"${parcel}","time":"${time}","kind":"${kind}","changed":${fields}`,
  )
  if (json !== undefined) {
    line.add(itemName)
    if (hasEscapes(json)) line.addText(JSON.stringify(withWholeCharacters(textOf(json))))
    else line.addQuoted(json)
  }
  line.add(closeBrace)
}

const unicodeEscape = Buffer.from(String.raw`\u`)

/** Whether there may be escapes of half a character. */
function hasEscapes(json: Uint8Array): boolean {
  return Buffer.from(json.buffer, json.byteOffset, json.length).includes(unicodeEscape)
}

function textOf(json: Uint8Array): string {
  return Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8')
}

interface ErrorRow {
  parcel: string
  file: string
  path?: string
  problem: string
}

/** The misfits of a whole table, as errors. */
function openMisfits(): { add(misfit: Misfit & { key: string; parcel: string }): void; errors(): ErrorRow[] } {
  const told = new Map<string, { rows: ErrorRow[]; more: number }>()
  return {
    add({ column, path, problem, key, parcel }) {
      let one = told.get(column)
      if (one === undefined) told.set(column, (one = { rows: [], more: 0 }))
      const what = column === '' ? '' : `column ${column}: `
      if (one.rows.length < mostMisfits)
        one.rows.push({ parcel, file: '', path, problem: `${what}${problem} (item ${key})` })
      else one.more++
    },
    errors: () =>
      [...told].flatMap(([column, { rows, more }]) => {
        const { parcel, path } = rows[0]!
        const rest = { parcel, file: '', problem: `column ${column}: so are ${more} more items`, ...(path && { path }) }
        return more === 0 ? rows : [...rows, rest]
      }),
  }
}
