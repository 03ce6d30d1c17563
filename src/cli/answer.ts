import { UnsiloError } from '../errors.ts'
import { type Cell as TableCell, textTable } from '../report/table.ts'
import { cellJson, cellText, isNumeric } from '../view/query/cell.ts'
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
      return asCsv(answer)
    case 'json':
      return asJson(answer)
    case 'ndjson':
      return asLines(answer)
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
  let rows: TableCell[][] = []
  let isFirst = true
  const drawn = (): string => {
    const table = [...(isFirst ? [head] : []), ...rows]
    rows = []
    isFirst = false
    const widest = style.columns === undefined ? Infinity : widestCell
    return `${textTable(table, widest, style.columns ?? Infinity)}\n`
  }
  for await (const batch of batches()) {
    for (const row of batch) {
      if (isPlan) yield `${String(row[1])}\n`
      else rows.push(row.map((cell, index) => ({ text: cellText(cell, columns[index]!.type), right: isNumeric(cell) })))
    }
    if (rows.length >= measuredRows) yield drawn()
  }
  if (!isPlan && (isFirst || rows.length > 0)) yield drawn()
}

async function* asCsv({ columns, batches }: Answer): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`
  for await (const batch of batches()) {
    const lines = batch.map((row) =>
      row.map((cell, index) => (cell === '' ? '""' : csvCell(cellText(cell, columns[index]!.type)))).join(','),
    )
    yield `${lines.join('\r\n')}\r\n`
  }
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function* asJson(answer: Answer): AsyncGenerator<string> {
  let before = '[\n'
  for await (const rows of objects(answer)) {
    yield before + rows.join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

async function* asLines(answer: Answer): AsyncGenerator<string> {
  for await (const rows of objects(answer)) yield `${rows.join('\n')}\n`
}

async function* objects({ columns, batches }: Answer): AsyncGenerator<string[]> {
  const names = columns.map(({ name }) => JSON.stringify(name))
  for await (const batch of batches()) {
    if (batch.length > 0)
      yield batch.map(
        (row) => `{${row.map((cell, index) => `${names[index]!}:${cellJson(cell, columns[index]!.type)}`).join(',')}}`,
      )
  }
}

/** The format that a file's name asks for. */
function formatOf(path: string): AnswerFormat | undefined {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return answerFormats.find((format) => format === extension)
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
  const named = output === undefined ? undefined : formatOf(output)
  return format ?? (isJson ? 'json' : (named ?? 'table'))
}
