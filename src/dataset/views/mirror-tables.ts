import { sealedText } from '../../view/decrypt/secret-text.ts'
import type { QueryView } from '../../view/query/query.ts'
import { type TableName, tablesIn } from '../../view/query/table-names.ts'
import { type Tables, openTables } from '../../view/query/tables.ts'
import type { Context, Dataset } from '../dataset.ts'
import { type OnProblem, isKnown, mirrorOf } from './query-mirror.ts'

/** Tables of one or several datasets, open for several questions. */
export interface MirrorTables extends Tables {
  /** A view that is there; `undefined` when there is none of that name, or it could not be brought up to date. */
  view(dataset: string, view: string): QueryView | undefined
  /** Views, as `DATASET/VIEW`, with columns whose key is not to be had. */
  sealed: ReadonlySet<string>
  /** Whether any of it is encrypted. */
  hasSecrets: boolean
  /** The tables that SQL names, of those that are there; `undefined` when that cannot be said. */
  tablesIn(sql: string): TableName[] | undefined
}

/**
 * Brings up to date what questions will need, and opens it.
 *
 * @param views Those that are sure to be needed.
 * @param sql Questions that will be asked, which name the others.
 */
export async function openMirrorTables(
  { views, sql }: { views: readonly TableName[]; sql: readonly string[] },
  datasets: readonly Dataset[],
  context: Context,
  onProblem: OnProblem,
): Promise<MirrorTables> {
  const named = new Map<string, TableName[] | undefined>()
  const ready = new Map<string, QueryView>()
  const tables = await openTables(
    async (connection) => {
      for (const one of sql) named.set(one, await tablesIn(connection, one))
      const unsure = [...named.values()].includes(undefined)
      const wanted = [...views, ...[...named.values()].flatMap((one) => one ?? [])]
      const known = wanted.filter((table) => isKnown(table, datasets))
      const mirror = await mirrorOf(unsure ? undefined : known, datasets, context, onProblem)
      for (const { name, views: found } of mirror.datasets) {
        for (const view of found) ready.set(`${name}/${view.name}`, view)
      }
      return mirror
    },
    { files: context.system.files, signal: context.signal },
  )
  const isSealed = ({ secrets = [] }: QueryView): boolean => secrets.some(({ text }) => text === sealedText)
  return {
    ...tables,
    view: (dataset, view) => ready.get(`${dataset}/${view}`),
    sealed: new Set([...ready].flatMap(([name, view]) => (isSealed(view) ? [name] : []))),
    hasSecrets: [...ready.values()].some(({ secrets = [] }) => secrets.length > 0),
    tablesIn: (one) => named.get(one),
  }
}
