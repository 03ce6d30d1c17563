import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { timezoneOf } from '../../schedule/timezone.ts'
import { pathFrom } from '../../system/path-from.ts'
import { columnNamed } from '../../view/check/table-shape.ts'
import { ownColumns } from '../../view/column.ts'
import type { PublishViewDefinition } from '../../view/publish/definition.ts'
import { type GroupValues, fileNames } from '../../view/publish/file-names.ts'
import type { TemplatePart } from '../../view/publish/template.ts'
import { csvText, ndjsonText } from '../../view/query/answer-text.ts'
import { keptTable } from '../../view/query/tables.ts'
import { sqlName, sqlText } from '../../view/sql-text.ts'
import type { Context, Dataset } from '../dataset.ts'
import { localDay } from '../../schedule/local-day.ts'
import { checkCondition } from './condition.ts'
import type { MirrorTables } from './mirror-tables.ts'
import { shapeOf } from './shape-of.ts'
import { type ViewFile, takePath, writeViewFile } from './write-view-files.ts'

/** What was written of one `[publish_view.NAME]`. */
export interface WrittenView {
  /** Absolute. */
  folder: string
  files: ViewFile[]
  /** Names that could not be as the template and the values say, by the reason. */
  changedNames: { unsafe: number; alike: number }
  /** A column with times, of which each makes a file. */
  times: string | undefined
}

/** Where the files of a block are put. */
export function publishFolder({ layout }: Dataset, { folder }: PublishViewDefinition): string {
  return pathFrom(layout.folder, folder)
}

/**
 * Writes the files of a view, one for each group.
 *
 * @param taken Which block has written which file.
 * @param mayReplace The block has written its files before: what lies there is of our own.
 * @throws UnsiloError; files that were there before are whole, and as they were, or as they should be
 */
export async function writePublishedView(
  dataset: Dataset,
  context: Context,
  block: PublishViewDefinition,
  tables: MirrorTables,
  taken: Map<string, string>,
  mayReplace: boolean,
): Promise<WrittenView> {
  checkKeys(dataset, block, tables)
  const { files, clock } = context.system
  const zone = timezoneOf(dataset.config.timezone)
  const folder = publishFolder(dataset, block)
  const source = await sourceOf(dataset, block, tables, zone)
  if (source === undefined) return { folder, files: [], changedNames: { unsafe: 0, alike: 0 }, times: undefined }
  const { select, groups, times } = source
  await tables.keep(select)
  const day = localDay(clock.now(), zone)
  const found = await groupsIn(tables, groups)
  const names = fileNames(
    block.file,
    found.map((values) => fillDays(block.file.parts, values, day)),
  )
  const written: ViewFile[] = []
  for (const [index, values] of found.entries()) {
    if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
    const rows = rowsOfGroup(groups, values)
    const path = names[index]!.path
    takePath(taken, folder, path, block.name)
    written.push(await writeViewFile(files, folder, path, bodyOf(tables, block, rows, index, context), mayReplace))
  }
  return {
    folder,
    files: written,
    changedNames: {
      unsafe: names.filter(({ changed }) => changed === 'unsafe').length,
      alike: names.filter(({ changed }) => changed === 'alike').length,
    },
    times,
  }
}

/** Files are not replaced by ones that lack what the last ones had, only because a key is away. */
function checkKeys({ name }: Dataset, { view, sql }: PublishViewDefinition, tables: MirrorTables): void {
  const named =
    view === undefined ? tables.tablesIn(sql!)?.map(({ schema, table }) => `${schema}/${table}`) : [`${name}/${view}`]
  const sealed = [...tables.sealed].find((one) => named === undefined || named.includes(one))
  if (sealed === undefined) return
  throw new UnsiloError('config', `nothing was written: a key of ${sealed} cannot be read`, {
    hint: `Put it where \`decrypt\` of the view says; \`unsilo check ${name}\` tells when it is right.`,
  })
}

/** What is selected, and the names that it gives to the values that groups are made of. */
async function sourceOf(
  dataset: Dataset,
  block: PublishViewDefinition,
  tables: MirrorTables,
  zone: string,
): Promise<{ select: string; groups: string[]; times: string | undefined } | undefined> {
  const grouping = block.file.parts.filter((part) => !('text' in part) && !('unit' in part && part.of === undefined))
  const from = block.view === undefined ? `(${withoutEnd(block.sql!)}\n)` : undefined
  const shape =
    from === undefined
      ? await shapeOf({ schema: dataset.name, table: block.view! }, tables)
      : await shapeOf(from, tables)
  // A view that never had an item has no columns but its own.
  if (from === undefined && [...shape.columns.keys()].every((name) => ownColumns.includes(name))) return undefined
  await checkCondition(block.where, '`where`', tables)
  const columns =
    block.columns?.map((name) => columnNamed(name, shape)) ??
    [...shape.columns.keys()].filter((name) => from !== undefined || !ownColumns.includes(name))
  const values = grouping.map(
    (part, index) =>
      `${groupValue(part, shape.columns, zone, (name) => columnNamed(name, shape))} AS unsilo_group_${index}`,
  )
  const conditions = [
    ...(from !== undefined || block.with_absent ? [] : ['_absent_since IS NULL']),
    ...(block.where === undefined ? [] : [`(${block.where}\n)`]),
  ]
  const order = block.order?.map((name) => columnNamed(name, shape)) ?? []
  const byKey = from === undefined ? [...order, '_key'] : order
  const select =
    `SELECT ${[...columns.map(sqlName), ...values].join(', ')} FROM ${shape.table}` +
    (conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`) +
    (byKey.length === 0 ? '' : ` ORDER BY ${byKey.map(sqlName).join(', ')}`)
  const whole = grouping.flatMap((part) => ('column' in part ? [columnNamed(part.column, shape)] : []))
  const times = whole.find((column) => shape.columns.get(column)!.startsWith('TIMESTAMP'))
  return { select, groups: grouping.map((_, index) => `unsilo_group_${index}`), times }
}

function withoutEnd(sql: string): string {
  return sql.trim().replace(/;$/, '')
}

/** The text of a part of the template, in SQL. Days are those of the zone; times without one are in UTC. */
function groupValue(
  part: TemplatePart,
  types: ReadonlyMap<string, string>,
  zone: string,
  named: (name: string) => string,
): string {
  if ('column' in part) return `CAST(${sqlName(named(part.column))} AS VARCHAR)`
  if ('text' in part) return sqlText(part.text)
  const column = named(part.of!)
  const value = sqlName(column)
  const format = { day: '%Y-%m-%d', month: '%Y-%m', year: '%Y' }[part.unit]
  const local = types.get(column) === 'DATE' ? value : `TRY_CAST(${value} AS TIMESTAMPTZ) AT TIME ZONE ${sqlText(zone)}`
  return `strftime(${local}, ${sqlText(format)})`
}

/** Values of each group, in their order; one group without values where the name has none. */
async function groupsIn(tables: MirrorTables, groups: readonly string[]): Promise<GroupValues[]> {
  if (groups.length === 0) return [[]]
  const { batches } = await tables.ask(`SELECT DISTINCT ${groups.join(', ')} FROM ${keptTable} ORDER BY ALL`)
  const found: GroupValues[] = []
  for await (const batch of batches()) {
    for (const row of batch) found.push(row.map((cell) => (cell === null ? null : String(cell))))
  }
  return found
}

function rowsOfGroup(groups: readonly string[], values: GroupValues): string {
  if (groups.length === 0) return `FROM ${keptTable}`
  const conditions = groups.map((group, index) => `${group} IS NOT DISTINCT FROM ${textOrNull(values[index]!)}`)
  return `SELECT * EXCLUDE (${groups.join(', ')}) FROM ${keptTable} WHERE ${conditions.join(' AND ')}`
}

/** SQL ends at a NUL. */
function textOrNull(value: string | null): string {
  return value === null ? 'NULL' : value.split('\0').map(sqlText).join(' || chr(0) || ')
}

/** Puts the day of the run between the values of a group. */
function fillDays(parts: readonly TemplatePart[], values: GroupValues, day: string): GroupValues {
  let next = 0
  return parts.flatMap((part) => {
    if ('text' in part) return []
    if ('unit' in part && part.of === undefined) {
      return [day.slice(0, { day: 10, month: 7, year: 4 }[part.unit])]
    }
    return [values[next++]!]
  })
}

async function* bodyOf(
  tables: MirrorTables,
  { format, safe_for_spreadsheets: isSafe }: PublishViewDefinition,
  rows: string,
  index: number,
  { system }: Context,
): AsyncGenerator<string | Uint8Array> {
  if (format === 'csv') yield* csvText(await tables.ask(rows), isSafe)
  else if (format === 'ndjson') yield* ndjsonText(await tables.ask(rows))
  else {
    const path = join(tables.folder, `${index}.parquet`)
    await tables.writeParquet(rows, path)
    yield* system.files.read(path)
    await system.files.remove(path)
  }
}
