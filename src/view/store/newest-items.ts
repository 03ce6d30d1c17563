import type { DuckDBConnection } from '@duckdb/node-api'
import { UnsiloError } from '../../errors.ts'
import { cutText } from '../../system/cut-text.ts'
import { isField } from '../decrypt/pattern.ts'
import type { ViewDefinition } from '../definition.ts'
import { feedSelect } from '../query/feed.ts'
import { sqlPath } from '../sql-text.ts'

/** An item of a feed, as a glimpse of it. */
export interface NewestItem {
  /** ISO 8601, UTC. */
  time: string
  /** Its title, or the beginning of its text. */
  title: string
}

const mostItems = 3
const longestTitle = 200

/**
 * The newest items of a feed that are there and have happened: a calendar goes years ahead. None where the feed does not fit the
 * columns, which a search tells, and none of what is encrypted.
 */
export async function newestItems(
  connection: DuckDBConnection,
  itemsPath: string,
  definition: ViewDefinition,
): Promise<NewestItem[]> {
  const found = await feedQuery(connection, itemsPath, definition)
  if (found === undefined) return []
  const { select, table } = found
  const cut = (column: string): string => `nullif(trim(left(${column}, ${2 * longestTitle}), e' \\t\\r\\n'), '')`
  const answer = await connection.run(
    `SELECT strftime(time, '%Y-%m-%dT%H:%M:%SZ'), coalesce(${cut('title')}, ${cut('text')}) AS shown FROM (${select})
     WHERE absent IS NULL AND shown IS NOT NULL AND time <= (SELECT max(_last_seen) FROM ${table})
     ORDER BY time DESC, key LIMIT ${mostItems}`,
  )
  return (await answer.getRows()).map(([time, shown]) => ({
    time: String(time),
    title: cutText(String(shown).replaceAll(/\s+/g, ' '), longestTitle),
  }))
}

/** SQL for the items of a feed, without what is encrypted; `undefined` where there is none, or it does not fit the columns. */
export async function feedQuery(
  connection: DuckDBConnection,
  itemsPath: string,
  { feed, decrypt }: ViewDefinition,
): Promise<{ select: string; table: string } | undefined> {
  const isSecret = (name: string | undefined): boolean =>
    name !== undefined && decrypt.some(({ fields }) => isField(name, fields))
  if (feed === undefined || isSecret(feed.time) || isSecret(feed.title)) return undefined
  const { text, ...rest } = feed
  const table = `read_parquet(${sqlPath(itemsPath)})`
  const described = await connection.run(`FROM ${table} LIMIT 0`)
  const types = described.columnTypes()
  const columns = described.columnNames().map((name, index) => ({ name, type: types[index]! }))
  const select = selectOf(table, text === undefined || isSecret(text) ? rest : feed, columns)
  return select === undefined ? undefined : { select, table }
}

function selectOf(...parameters: Parameters<typeof feedSelect>): string | undefined {
  try {
    return feedSelect(...parameters)
  } catch (error) {
    if (error instanceof UnsiloError && error.code === 'config') return undefined
    throw error
  }
}
