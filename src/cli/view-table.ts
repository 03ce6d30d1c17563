import type { Colors } from 'picocolors/types.js'
import type { DatasetViewState } from '../dataset/views/views.ts'
import { type Cell, textTable } from '../report/table.ts'
import { textWidth } from '../report/text-width.ts'

interface Column {
  head: string
  text(view: DatasetViewState): string
  isNumber?: boolean
  /** Of what is not zero. */
  paint?: (text: string) => string
  /** In which order columns are left out of a table that is too wide; `undefined`: never. */
  spare?: number
}

/** @param columns Of the terminal: what says least is left out where the table would be wider. `undefined`: nothing is. */
export function viewTable(
  found: readonly DatasetViewState[],
  { columns, colors }: { columns: number | undefined; colors: Colors },
): string {
  let shown = columnsFor(colors)
  const spares = shown.filter(({ spare }) => spare !== undefined).toSorted((a, b) => a.spare! - b.spare!)
  // First what is nothing but zeros.
  const zeros = spares.filter(({ text, isNumber }) => isNumber === true && found.every((view) => text(view) === '0'))
  for (const column of new Set([...zeros, ...spares])) {
    const isNeeded = column.spare! >= onlyZeros && !zeros.includes(column)
    if (!isNeeded && widthOf(shown, found) > (columns ?? Infinity)) shown = shown.filter((one) => one !== column)
  }
  const head = shown.map((column): Cell => ({ text: column.head, right: column.isNumber === true, paint: colors.dim }))
  const rows = found.map((view) => shown.map((column) => cellOf(column, view)))
  return textTable([head, ...rows], undefined, columns)
}

/** From that on, a column is left out only where all of it is zero. */
const onlyZeros = 10

function columnsFor({ yellow }: Colors): Column[] {
  const number = (head: string, of: (view: DatasetViewState) => number, more: Partial<Column> = {}): Column => ({
    head,
    text: (view) => String(of(view)),
    isNumber: true,
    ...more,
  })
  return [
    { head: 'VIEW', text: ({ dataset, definition }) => `${dataset}/${definition.name}` },
    number('ITEMS', ({ state }) => state.items),
    number('VERSIONS', ({ state }) => state.versions, { spare: 2 }),
    number('ABSENT', ({ state }) => state.absent, { spare: onlyZeros + 2 }),
    number('ERRORS', ({ state }) => state.errors, { spare: onlyZeros + 1, paint: yellow }),
    number('PARCELS', ({ state }) => state.parcels),
    { head: 'FROM', text: ({ state }) => dayOf(state.from), spare: 1 },
    { head: 'TO', text: ({ state }) => dayOf(state.to) },
    number('GAPS', ({ state }) => state.gaps.length, { spare: onlyZeros, paint: yellow }),
  ]
}

function cellOf({ text: textOf, isNumber = false, paint }: Column, view: DatasetViewState): Cell {
  const text = textOf(view)
  return { text, right: isNumber, ...(paint === undefined || text === '0' ? {} : { paint }) }
}

function widthOf(columns: readonly Column[], found: readonly DatasetViewState[]): number {
  const widths = columns.map(({ head, text }) => Math.max(...[head, ...found.map(text)].map(textWidth)))
  return widths.reduce((sum, width) => sum + width + 2, -2)
}

function dayOf(id: string | undefined): string {
  return id === undefined ? '' : id.slice(0, 10)
}
