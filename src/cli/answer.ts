import { UnsiloError } from '../errors.ts'
import { type Cell as TableCell, fitsInto, textTable } from '../report/table.ts'
import { csvText, ndjsonText, objectTexts } from '../view/query/answer-text.ts'
import { type Cell, type CellType, cellText, isNumeric } from '../view/query/cell.ts'
import type { Answer } from '../view/query/query.ts'

const answerFormats = ['table', 'json', 'ndjson', 'csv', 'parquet'] as const
export type AnswerFormat = (typeof answerFormats)[number]
export type TextFormat = Exclude<AnswerFormat, 'parquet'>

export interface TableStyle {
  /** Columns of the terminal; `undefined`: every cell as long as it is. */
  columns: number | undefined
  paintHead: (text: string) => string
}

/** An answer as text, in pieces as its rows come. */
export function answerText(answer: Answer, format: TextFormat, style: TableStyle): AsyncGenerator<string> {
  switch (format) {
    case 'table':
      return asTable(answer, style)
    case 'csv':
      return csvText(answer)
    case 'json':
      return asJson(answer)
    case 'ndjson':
      return ndjsonText(answer)
  }
}

/** Widths are those of the first rows; an answer may have millions. */
const measuredRows = 1000
/** A cell is cut at this width on a terminal, where there is room for it. */
const widestCell = 60

async function* asTable({ columns, batches }: Answer, style: TableStyle): AsyncGenerator<string> {
  // A plan is drawn over many lines.
  const isPlan = columns[0]?.name === 'explain_key'
  const head = columns.map(({ name }): TableCell => ({ text: name, paint: style.paintHead }))
  const width = style.columns ?? Infinity
  let rows: TableCell[][] = []
  let layout: 'table' | 'blocks' | undefined
  const drawn = (): string => {
    const isFirst = layout === undefined
    layout ??= rows.length === 0 || fitsInto([head, ...rows], width) ? 'table' : 'blocks'
    const drawing = rows
    rows = []
    if (layout === 'blocks') return drawing.map((row) => `${textBlock(head, row, width)}\n\n`).join('')
    const widest = style.columns === undefined ? Infinity : widestCell
    return `${textTable([...(isFirst ? [head] : []), ...drawing], widest, width)}\n`
  }
  for await (const batch of batches()) {
    for (const row of batch) {
      if (isPlan) yield `${String(row[1])}\n`
      else
        rows.push(row.map((cell, index) => ({ text: shownText(cell, columns[index]!.type), right: isNumeric(cell) })))
    }
    if (rows.length >= measuredRows) yield drawn()
  }
  if (!isPlan && (layout === undefined || rows.length > 0)) yield drawn()
}

/** Exports often come indented: between the texts of JSON, a line break and what follows it is one space. */
function shownText(cell: Cell, type: CellType): string {
  const text = cellText(cell, type)
  return type.alias === 'JSON' ? text.replaceAll(/\s*[\r\n]\s*/g, ' ') : text
}

/** A row that is too wide for the terminal, a line for each of its cells that are not empty. */
function textBlock(head: readonly TableCell[], row: readonly TableCell[], width: number): string {
  const lines = row.flatMap(({ text }, index) => (text === '' ? [] : [[head[index]!, { text }]]))
  return textTable(lines, Infinity, width)
}

async function* asJson(answer: Answer): AsyncGenerator<string> {
  let before = '[\n'
  for await (const rows of objectTexts(answer)) {
    yield before + rows.join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** The format that a file's name asks for; a table where it has no extension, or one of text. @throws UnsiloError `usage` */
function formatOf(path: string): AnswerFormat {
  const extension = /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? 'txt'
  const found = answerFormats.find((format) => format === (extension === 'jsonl' ? 'ndjson' : extension))
  if (found !== undefined) return found
  if (extension === 'txt') return 'table'
  throw new UnsiloError('usage', `${path} does not say how to write it`, {
    hint: 'End it in .csv, .json, .ndjson, .parquet or .txt, or add --format.',
  })
}

/** Which format is meant. @throws UnsiloError `usage` */
export function chosenFormat(
  { format, output }: { format?: AnswerFormat; output?: string },
  isJson: boolean,
): AnswerFormat {
  if (isJson && format !== undefined && format !== 'json') {
    throw new UnsiloError('usage', `--json and --format ${format} do not go together`, {
      hint: 'Leave out one of them.',
    })
  }
  if (format !== undefined) return format
  if (isJson) return 'json'
  return output === undefined ? 'table' : formatOf(output)
}
