import type { System } from '../system/system.ts'
import type { Cell, CellType } from '../view/query/cell.ts'
import type { QueryView } from '../view/query/query.ts'
import { openTables } from '../view/query/tables.ts'

export interface RowColumn {
  name: string
  type: CellType
}

/** The tables of one view, open for questions one after the other. */
export interface ViewRows {
  /** @param table In SQL. */
  columns(table: string): Promise<RowColumn[]>
  /** Rows as they come. @throws UnsiloError `query`, `cancelled` */
  ask(sql: string): AsyncGenerator<Cell[]>
  close(): void
}

/** The table with the items, in SQL; `_history` and `_errors` are beside it. */
export const itemTable = 'dataset.shown'

/** Each has an engine of its own, so that any number can be read at the same time. */
export async function openViewRows(view: QueryView, system: System, signal: AbortSignal): Promise<ViewRows> {
  const mirror = { datasets: [{ name: 'dataset', views: [{ ...view, name: 'shown' }] }], own: {} }
  const tables = await openTables(() => Promise.resolve(mirror), { files: system.files, signal })
  async function* ask(sql: string): AsyncGenerator<Cell[]> {
    const { batches } = await tables.ask(sql)
    for await (const rows of batches()) yield* rows
  }
  return {
    ask,
    async columns(table) {
      const { columns, batches } = await tables.ask(`FROM ${table} LIMIT 0`)
      for await (const rows of batches()) void rows
      return columns
    },
    close: () => tables.close(),
  }
}
