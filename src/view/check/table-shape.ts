import { UnsiloError } from '../../errors.ts'
import { nearestWord } from '../../system/nearest.ts'

/** A table as DuckDB describes it. */
export interface TableShape {
  /** As SQL names it, with quotes. */
  table: string
  /** Types by name, as DuckDB writes them. */
  columns: ReadonlyMap<string, string>
}

/** The column that is meant, as it is written in the table: in SQL, upper and lower case are the same. @throws UnsiloError `query` */
export function columnNamed(name: string, { columns }: TableShape): string {
  const found = [...columns.keys()].find((column) => column.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const own = [...columns.keys()].filter((column) => !column.startsWith('_'))
  const near = nearestWord(name, columns.keys())
  throw new UnsiloError(
    'query',
    `there is no column "${name}"${near === undefined ? '' : `: did you mean "${near}"?`}`,
    {
      hint: own.length === 0 ? 'The view has no items yet, and so no columns.' : `Columns: ${own.join(', ')}.`,
    },
  )
}
