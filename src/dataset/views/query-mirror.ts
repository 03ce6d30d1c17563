import { type Query, type QueryMirror, openQuery } from '../../view/query/query.ts'
import { ownSchema } from '../../view/query/own-tables.ts'
import type { TableName } from '../../view/query/table-names.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { ownRows } from './own-rows.ts'
import { readyViews } from './views.ts'

export interface MirrorQueryOptions {
  /** The file that the answer goes to, when DuckDB writes it. */
  output?: string
  /** Told of views that could not be brought up to date. */
  onProblem: (dataset: string, problem: Problem) => void
}

/**
 * Opens a question to the views of datasets, and to what unsilo knows of them. Only views that it names are brought up to date;
 * all, where it names none.
 */
export function queryMirror(
  sql: string,
  datasets: readonly Dataset[],
  context: Context,
  { output, onProblem }: MirrorQueryOptions,
): Promise<Query> {
  const { signal } = context
  const mirrorFor = async (wanted: TableName[] | undefined): Promise<QueryMirror> => {
    const known = wanted?.every((table) => isKnown(table, datasets)) === true ? wanted : undefined
    const found: QueryMirror['datasets'] = []
    for (const dataset of datasets) {
      const definitions = dataset.config.views.filter(
        ({ name }) => known === undefined || known.some((table) => isOf(table, dataset.name, name)),
      )
      if (definitions.length === 0) continue
      const { views, problems } = await readyViews(dataset, context, definitions)
      for (const problem of problems) onProblem(dataset.name, problem)
      found.push({
        name: dataset.name,
        views: views.map(({ definition, paths }) => ({ name: definition.name, paths })),
      })
    }
    const own = ownRows(
      datasets,
      context,
      (table) =>
        wanted === undefined || wanted.some(({ schema, table: name }) => schema === ownSchema && name === table),
    )
    return { datasets: found, own }
  }
  return openQuery(sql, mirrorFor, { files: context.system.files, signal, ...(output === undefined ? {} : { output }) })
}

function isKnown(table: TableName, datasets: readonly Dataset[]): boolean {
  if (same(table.schema, ownSchema)) return true
  return datasets.some(({ name, config }) => config.views.some((view) => isOf(table, name, view.name)))
}

/** In SQL, upper and lower case are the same. */
function isOf({ schema, table }: TableName, dataset: string, view: string): boolean {
  return same(schema, dataset) && ['', '_history', '_errors'].some((suffix) => same(table, view + suffix))
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
