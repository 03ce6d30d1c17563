import { ownSchema } from '../../view/query/own-tables.ts'
import type { ViewDefinition } from '../../view/definition.ts'
import { type Query, type QueryMirror, type QueryView, openQuery } from '../../view/query/query.ts'
import type { TableName } from '../../view/query/table-names.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { ownRows } from './own-rows.ts'
import { secretRules } from './secret-rules.ts'
import { type DatasetView, readyViews } from './views.ts'

/** Told of views that could not be brought up to date, or not be decrypted. */
export type OnProblem = (dataset: string, problem: Problem) => void

export interface MirrorQueryOptions {
  /** The file that the answer goes to, when DuckDB writes it. */
  output?: string
  onProblem: OnProblem
  /** How views are made ready. Default: they are brought up to date. */
  ready?: ReadyViews
}

export type ReadyViews = (
  dataset: Dataset,
  context: Context,
  definitions: readonly ViewDefinition[],
  /** Whether the table of its history is needed. */
  withHistory: (definition: ViewDefinition) => boolean,
  /** Whether the question names its tables: else any of them may be needed, or none. */
  isSure: boolean,
) => Promise<{ views: DatasetView[]; problems: Problem[] }>

/**
 * Opens a question to the views of datasets, and to what unsilo knows of them. Only views that it names are brought up to date;
 * all, where it names none.
 */
export function queryMirror(
  sql: string,
  datasets: readonly Dataset[],
  context: Context,
  { output, onProblem, ready }: MirrorQueryOptions,
): Promise<Query> {
  const { signal, system } = context
  return openQuery(sql, (wanted) => mirrorOf(wanted, datasets, context, onProblem, ready), {
    files: system.files,
    signal,
    ...(output === undefined ? {} : { output }),
  })
}

/** A view that is up to date, to be asked: what of it is encrypted is decrypted when it is read. */
export async function queryView(
  dataset: Dataset,
  context: Context,
  { definition, paths: { history, ...paths }, hasHistory }: DatasetView,
  onProblem: (problem: Problem) => void,
): Promise<QueryView> {
  const secrets = await secretRules(dataset, context, definition, onProblem)
  return {
    name: definition.name,
    paths: hasHistory ? { ...paths, history } : paths,
    ...(secrets.length === 0 ? {} : { secrets, columns: definition.columns }),
  }
}

/** Brings views up to date. @param wanted Tables that are named; all views, where that is not known, or one is not there */
export async function mirrorOf(
  wanted: readonly TableName[] | undefined,
  datasets: readonly Dataset[],
  context: Context,
  onProblem: OnProblem,
  ready: ReadyViews = readyForQuestion,
): Promise<QueryMirror> {
  const known = wanted?.every((table) => isKnown(table, datasets)) === true ? wanted : undefined
  const found: QueryMirror['datasets'] = []
  for (const dataset of datasets) {
    const definitions = dataset.config.views.filter(
      ({ name }) => known === undefined || known.some((table) => isOf(table, dataset.name, name)),
    )
    if (definitions.length === 0) continue
    const { views, problems } = await ready(
      dataset,
      context,
      definitions,
      ({ name }) => known === undefined || known.some((table) => isOneOf(table, dataset.name, [`${name}_history`])),
      known !== undefined,
    )
    for (const problem of problems) onProblem(dataset.name, problem)
    const told = (problem: Problem): void => onProblem(dataset.name, problem)
    const open: QueryView[] = []
    for (const view of views) open.push(await queryView(dataset, context, view, told))
    found.push({ name: dataset.name, views: open })
  }
  const own = ownRows(
    datasets,
    context,
    (table) => wanted === undefined || wanted.some(({ schema, table: name }) => schema === ownSchema && name === table),
  )
  return { datasets: found, own }
}

const readyForQuestion: ReadyViews = (dataset, context, definitions, withHistory) =>
  readyViews(dataset, context, definitions, undefined, withHistory)

/** Whether a table is one of the datasets' views, or unsilo's own. */
export function isKnown(table: TableName, datasets: readonly Dataset[]): boolean {
  if (same(table.schema, ownSchema)) return true
  return datasets.some(({ name, config }) => config.views.some((view) => isOf(table, name, view.name)))
}

/** In SQL, upper and lower case are the same. */
function isOf(table: TableName, dataset: string, view: string): boolean {
  return isOneOf(table, dataset, [view, `${view}_history`, `${view}_errors`])
}

function isOneOf({ schema, table }: TableName, dataset: string, names: readonly string[]): boolean {
  return same(schema, dataset) && names.some((name) => same(table, name))
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
