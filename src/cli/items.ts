import { queryView } from '../dataset/views/query-mirror.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { readHistory, sealedParcels } from '../dataset/history.ts'
import { packProblems } from '../dataset/show.ts'
import { definitionOf, readyView, readyViewAt } from '../dataset/views/views.ts'
import { UnsiloError } from '../errors.ts'
import { readTime } from '../parcel/read-time.ts'
import { sqlText } from '../view/sql-text.ts'
import { type QueryMirror, openQuery } from '../view/query/query.ts'
import type { App } from './app.ts'
import { type AnswerFormat, chosenFormat } from './answer.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { writeAnswer } from './write-answer.ts'
import { tellProblems } from './tell-problems.ts'

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
  const time = args.asOf === undefined ? undefined : readTime(args.asOf, 'end')
  const { dataset: datasetName, name } = splitName(args.view)
  const dataset = await openOneDataset(app, datasetName)
  const definition = definitionOf(dataset, name)
  const ready = await withProgress(app, (context) =>
    time === undefined ? readyView(dataset, context, definition) : readyViewAt(dataset, context, definition, time),
  )
  tellProblems(app, dataset.name, packProblems(dataset, app.context))
  if (time !== undefined && ready.state.parcels === 0 && !app.quiet) app.note(sayNothingYet(dataset, app))
  const asked = await queryView(dataset, app.context, ready, (problem) => tellProblems(app, dataset.name, [problem]))
  const mirror: QueryMirror = { datasets: [{ name: shown, views: [{ ...asked, name: view }] }], own: {} }
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

/** That there is no item is not to be taken for news. */
function sayNothingYet(dataset: Dataset, { context }: App): string {
  const [first] = sealedParcels(readHistory(context.system.files, dataset.layout))
  if (first === undefined) return `${dataset.name} has no parcels yet.`
  return `The first parcel is of ${first.id}; nothing is known of that time.`
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
