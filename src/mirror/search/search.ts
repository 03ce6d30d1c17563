import type { Context, Dataset } from '../../dataset/dataset.ts'
import { type OnProblem, queryView } from '../../dataset/views/query-mirror.ts'
import { UnsiloError } from '../../errors.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import type { Cell } from '../../view/query/cell.ts'
import { type Feed, feedSelect } from '../../view/query/feed.ts'
import type { QueryMirror } from '../../view/query/query.ts'
import { type Tables, openTables } from '../../view/query/tables.ts'
import { sqlName, sqlText } from '../../view/sql-text.ts'
import { readyTables } from '../ready.ts'
import { timeOf } from '../shown-items.ts'
import type { SearchHit } from './hit.ts'
import { searchPatterns } from './pattern.ts'
import { marksIn, snippetOf } from './snippet.ts'

export interface SearchOptions {
  /** At most so many, the newest; `undefined`: all. */
  limit?: number | undefined
  since?: Date | undefined
  until?: Date | undefined
  /** False: views as they were made last. */
  update?: boolean
  /** Told of feeds that could not be looked through. */
  onProblem: OnProblem
}

interface FeedView {
  dataset: Dataset
  definition: ViewDefinition & { feed: Feed }
}

/**
 * Looks for a text in the titles and texts of all feeds. Yields the newest first; what has no time comes last.
 *
 * @throws UnsiloError `usage` for a text without a word, `config` where there is no feed
 */
export async function* searchFeeds(
  text: string,
  datasets: readonly Dataset[],
  context: Context,
  options: SearchOptions,
): AsyncGenerator<SearchHit> {
  const patterns = searchPatterns(text)
  const feeds = feedsOf(datasets)
  if (feeds.length === 0) throw noFeed(datasets)
  const ready: FeedView[] = []
  const tables = await openTables(() => readyFeeds(feeds, context, options, ready), {
    files: context.system.files,
    signal: context.signal,
  })
  try {
    const selects = await selectsOf(tables, ready, patterns, options)
    if (selects.length === 0) return
    const limit = options.limit === undefined ? '' : ` LIMIT ${options.limit}`
    const sql = `SELECT * FROM (${selects.join(' UNION ALL ')}) ORDER BY time DESC NULLS LAST, feed, key${limit}`
    for await (const rows of (await tables.ask(sql)).batches()) {
      for (const row of rows) yield hitOf(row, ready, patterns)
    }
  } finally {
    tables.close()
  }
}

function feedsOf(datasets: readonly Dataset[]): FeedView[] {
  return datasets.flatMap((dataset) =>
    dataset.config.views.flatMap((definition) => {
      const { feed } = definition
      return feed === undefined ? [] : [{ dataset, definition: { ...definition, feed } }]
    }),
  )
}

function noFeed(datasets: readonly Dataset[]): UnsiloError {
  const names = datasets.map(({ name }) => name)
  const where =
    names.length > 0 && names.length <= 3 ? `no view of ${names.join(', ')} has a feed` : 'no view has a feed'
  return new UnsiloError('config', `there is nothing to search: ${where}`, {
    hint: 'Say in [views.NAME] of a config.toml which columns have what: feed = { time = "created", title = "title", text = "body" }.',
  })
}

/** Brings feeds up to date; one that fails is told, and does not stop the others. @param ready Is filled. */
async function readyFeeds(
  feeds: readonly FeedView[],
  context: Context,
  { update, onProblem }: SearchOptions,
  ready: FeedView[],
): Promise<QueryMirror> {
  const found: QueryMirror['datasets'] = []
  for (const one of feeds) {
    const { dataset, definition } = one
    await orTold(one, onProblem, async () => {
      const tables = await readyTables(dataset, context, definition, { update, withHistory: false })
      const view = await queryView(dataset, context, { ...tables, definition }, (problem) =>
        onProblem(dataset.name, problem),
      )
      found.push({ name: dataset.name, views: [view] })
      ready.push(one)
    })
  }
  return { datasets: found, own: {} }
}

async function orTold(
  { dataset, definition }: FeedView,
  onProblem: OnProblem,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
    const message = `view ${definition.name}: ${error.message}`
    onProblem(dataset.name, { severity: 'warning', code: error.code, message, hint: error.hint })
  }
}

/** SQL with what is found in each of the feeds. */
async function selectsOf(
  tables: Tables,
  feeds: readonly FeedView[],
  patterns: readonly string[],
  { since, until, onProblem }: SearchOptions,
): Promise<string[]> {
  const conditions = [
    ...(since === undefined ? [] : [`time >= ${sqlTime(since)}`]),
    ...(until === undefined ? [] : [`time <= ${sqlTime(until)}`]),
    ...patterns.map(
      (pattern) => `(regexp_matches(title, ${sqlText(pattern)}) OR regexp_matches(text, ${sqlText(pattern)}))`,
    ),
  ]
  const selects: string[] = []
  for (const [index, one] of feeds.entries()) {
    await orTold(one, onProblem, async () => {
      const table = `${sqlName(one.dataset.name)}.${sqlName(one.definition.name)}`
      const { columns, batches } = await tables.ask(`FROM ${table} LIMIT 0`)
      for await (const rows of batches()) void rows
      const items = feedSelect(table, one.definition.feed, columns)
      selects.push(`SELECT ${index} AS feed, * FROM (${items}) WHERE ${conditions.join(' AND ')}`)
    })
  }
  return selects
}

function sqlTime(time: Date): string {
  return `TIMESTAMP ${sqlText(time.toISOString().replace('T', ' ').replace('Z', ''))}`
}

function hitOf(row: readonly Cell[], feeds: readonly FeedView[], patterns: readonly string[]): SearchHit {
  const [index, key, time, ...others] = row
  const { dataset, definition } = feeds[Number(index)]!
  const [title, text, url] = others.map((cell) => (typeof cell === 'string' && cell.trim() !== '' ? cell : undefined))
  const { snippet, marks } = text === undefined ? { snippet: undefined, marks: [] } : snippetOf(text, patterns)
  return {
    dataset: dataset.name,
    view: definition.name,
    key: String(key),
    time: timeOf(time),
    title,
    text,
    url,
    absentSince: timeOf(others[3]),
    snippet,
    titleMarks: title === undefined ? [] : marksIn(title, patterns),
    snippetMarks: marks,
  }
}
