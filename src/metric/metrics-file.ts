import { UnsiloError } from '../errors.ts'
import { type ParcelId, isParcelId } from '../parcel/id.ts'
import type { Files } from '../system/files.ts'
import { replaceFile } from '../system/replace-file.ts'
import { formatCsv, parseCsv } from './csv.ts'
import { LazyRows } from './lazy-rows.ts'
import { sortedLines } from './sorted-lines.ts'

/** One row of `metrics.csv`: always `parcel_id` and `success` (`Y` or `N`); a cell without a value is empty. */
export type MetricRow = Record<string, string>

export interface MetricTable {
  columns: string[]
  /** By parcel id, in the order of the ids. */
  rows: ReadonlyMap<string, MetricRow>
}

/** The columns that every file has, in export_manager's order. */
export const fixedColumns = ['parcel_id', 'success', 'files', 'bytes'] as const

/** The parcels of a table, oldest first. */
export function measuredParcels({ rows }: MetricTable): readonly ParcelId[] {
  return rows instanceof LazyRows ? rows.oldestFirst : [...rows.keys()].sort()
}

/** What `init` writes, byte for byte as export_manager does. */
export const emptyMetrics = fixedColumns.join(',')

/** @throws UnsiloError `corrupt`; the file is never changed then. */
export function parseMetrics(text: string, path: string): MetricTable {
  return parseSorted(text) ?? parseAny(text, path)
}

/** The table of a file as unsilo writes it, as long as no cell needs quotes; `undefined` for any other. */
function parseSorted(text: string): MetricTable | undefined {
  const head = /^parcel_id(?:,[^\r\n"]*)?\r?\n/.exec(text)?.[0]
  const lines = head === undefined ? undefined : sortedLines(text, head.length)
  if (head === undefined || lines === undefined) return undefined
  const columns = head.replace(/\r?\n$/, '').split(',')
  const find = (id: string): MetricRow | undefined => {
    const line = lines.find(id)
    return line === undefined ? undefined : rowOf(columns, line)
  }
  return { columns, rows: new LazyRows(lines.ids, find, lines.ids) }
}

function parseAny(text: string, path: string): MetricTable {
  const records = text.includes('"') ? parseQuoted(text, path) : linesOf(text).filter((line) => line !== '')
  const [head = fixedColumns, ...others] = records
  const columns = [...cellsOf(head)]
  if (columns[0] !== 'parcel_id') throw corrupt(path, 'its first column is not parcel_id')
  const byId = new Map<string, Row>()
  for (const record of others) {
    const id = typeof record === 'string' ? record.slice(0, 18) : record[0]!
    const isWhole = typeof record !== 'string' || record.length === 18 || record[18] === ','
    if (!isWhole || !isParcelId(id)) throw corrupt(path, `"${cellsOf(record)[0]}" is not a parcel id`)
    const before = byId.size
    byId.set(id, record)
    if (byId.size === before) throw corrupt(path, `parcel ${id} stands in it twice`)
  }
  const rows = new LazyRows([...byId.keys()], (id) => {
    const record = byId.get(id)
    return record === undefined ? undefined : rowOf(columns, record)
  })
  return { columns, rows }
}

function rowOf(columns: readonly string[], record: Row): MetricRow {
  const cells = cellsOf(record)
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
}

function linesOf(text: string): string[] {
  // Several times as fast as by a pattern.
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
}

/** A line without quotes, or the cells of one with quotes. */
type Row = string | readonly string[]

function cellsOf(row: Row): readonly string[] {
  return typeof row === 'string' ? row.split(',') : row
}

function parseQuoted(text: string, path: string): Row[] {
  try {
    return parseCsv(text)
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : 'it is not CSV', error)
  }
}

export function readMetrics(files: Files, path: string): MetricTable {
  return parseMetrics(files.readText(path) ?? '', path)
}

/** The table, or `undefined` when the file is damaged: that must not keep a dataset from being exported. */
export function readMetricsIfWhole(files: Files, path: string): MetricTable | undefined {
  try {
    return readMetrics(files, path)
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'corrupt') return undefined
    throw error
  }
}

/**
 * Puts rows into the table by export_manager's rules: a row replaces the whole row of its parcel, a new metric adds a column
 * at the end, rows of other parcels stay, whether their data is still there or not.
 */
export function withRows(table: MetricTable, updates: readonly MetricRow[]): MetricTable {
  const columns = [...table.columns]
  const rows = new Map(table.rows)
  for (const update of updates) {
    for (const column of Object.keys(update)) if (!columns.includes(column)) columns.push(column)
    rows.set(update['parcel_id']!, update)
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  return { columns, rows: new Map(sorted) }
}

export function formatMetrics(table: MetricTable): string {
  const lines = [...table.rows.values()].map((row) => table.columns.map((column) => row[column] ?? ''))
  return formatCsv([table.columns, ...lines])
}

/** Adds or replaces rows; a reader, or a crash, finds the old file or the new one. */
export async function updateMetrics(files: Files, path: string, updates: readonly MetricRow[]): Promise<void> {
  if (updates.length === 0) return
  await replaceFile(files, path, formatMetrics(withRows(readMetrics(files, path), updates)))
}

function corrupt(path: string, reason: string, cause?: unknown): UnsiloError {
  return new UnsiloError('corrupt', `${path} is damaged: ${reason}`, {
    hint: `Mend that line, or move the file away and run \`unsilo metrics recompute\` to make it anew.`,
    cause,
  })
}
