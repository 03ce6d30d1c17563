import { definitionOf, readyView, readyViewAt } from '../dataset/views/views.ts'
import { UnsiloError } from '../errors.ts'
import { sqlText } from '../view/sql-text.ts'
import { type QueryMirror, openQuery } from '../view/query/query.ts'
import type { App } from './app.ts'
import { type AnswerFormat, chosenFormat } from './answer.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { writeAnswer } from './write-answer.ts'

export interface ItemsArguments {
  view: string
  asOf?: string
  history?: string
  format?: AnswerFormat
}

/** Names of the tables that the questions of this verb are about. */
const shown = 'shown'
const view = 'items'

export async function items(args: ItemsArguments, app: App): Promise<ExitStatus> {
  const format = chosenFormat(args, app.json)
  const time = args.asOf === undefined ? undefined : timeOf(args.asOf)
  const { dataset: datasetName, name } = splitName(args.view)
  const dataset = await openOneDataset(app, datasetName)
  const definition = definitionOf(dataset, name)
  const { paths } = await withProgress(app, (context) =>
    time === undefined ? readyView(dataset, context, definition) : readyViewAt(dataset, context, definition, time),
  )
  const mirror: QueryMirror = { datasets: [{ name: shown, views: [{ name: view, paths }] }], own: {} }
  const { files } = app.context.system
  const open = (sql: string) => (output: string | undefined) =>
    openQuery(sql, () => Promise.resolve(mirror), {
      files,
      signal: app.context.signal,
      ...(output === undefined ? {} : { output }),
    })
  if (args.history !== undefined) await checkKey(open, args.history, args.view)
  await writeAnswer(open(args.history === undefined ? allItems : historyOf(args.history)), format, undefined, app)
  return ExitCode.ok
}

const allItems = `FROM ${shown}.${view}`

function historyOf(key: string): string {
  return `SELECT version, time, kind, changed, parcel, item FROM ${shown}.${view}_history WHERE key = ${sqlText(key)} ORDER BY parcel`
}

async function checkKey(
  open: (sql: string) => (output: undefined) => ReturnType<typeof openQuery>,
  key: string,
  name: string,
): Promise<void> {
  const query = await open(`SELECT 1 FROM ${shown}.${view}_history WHERE key = ${sqlText(key)} LIMIT 1`)(undefined)
  try {
    for await (const rows of (await query.ask()).batches()) if (rows.length > 0) return
  } finally {
    query.close()
  }
  throw new UnsiloError('not-found', `${name} has no item ${key}`, {
    hint: `The key is what stands in the column _key: see \`unsilo items ${name}\`.`,
  })
}

/** Names of datasets may have slashes themselves. */
function splitName(text: string): { dataset: string; name: string } {
  const at = text.replace(/\/$/, '').lastIndexOf('/')
  if (at > 0) return { dataset: text.slice(0, at), name: text.slice(at + 1) }
  throw new UnsiloError('usage', `"${text}" does not name a view`, {
    hint: 'Write it as DATASET/VIEW; `unsilo views` lists those that are there.',
  })
}

/** A day is meant to its end. */
function timeOf(text: string): Date {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59Z` : text
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(day) ? day : `${day}Z`
  const basic = zoned.replace(/^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z$/, '$1:$2:$3Z').replace(' ', 'T')
  const time = new Date(basic)
  if (!Number.isNaN(time.getTime())) return time
  throw new UnsiloError('usage', `"${text}" is no time`, {
    hint: 'Write it like 2026-03-01, 2026-03-01T18:00Z or 2026-03-01T180000Z (a parcel id); it is in UTC.',
  })
}
