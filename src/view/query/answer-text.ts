import { cellJson, cellText } from './cell.ts'
import type { Answer } from './query.ts'

/**
 * An answer as CSV (RFC 4180), in pieces as its rows come: a line with the names, lines end in CR and LF. Nothing is an empty cell, and
 * empty text is `""`.
 *
 * @param isSafe Puts a `'` before what a spreadsheet takes for a formula.
 */
export async function* csvText({ columns, batches }: Answer, isSafe = false): AsyncGenerator<string> {
  const cell = isSafe ? (text: string): string => csvCell(formula.test(text) ? `'${text}` : text) : csvCell
  yield `${columns.map(({ name }) => cell(name)).join(',')}\r\n`
  for await (const batch of batches()) {
    const lines = batch.map((row) =>
      row
        .map((value, index) => {
          if (value === '') return '""'
          const text = cellText(value, columns[index]!.type)
          // Numbers may well begin with a minus.
          return typeof value === 'string' ? cell(text) : csvCell(text)
        })
        .join(','),
    )
    if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`
  }
}

/** What spreadsheets take for a formula (OWASP, CSV Injection), its full-width forms among them. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** An answer as lines of JSON, in pieces as its rows come. */
export async function* ndjsonText(answer: Answer): AsyncGenerator<string> {
  for await (const rows of objectTexts(answer)) yield `${rows.join('\n')}\n`
}

/** Rows as JSON objects, some at a time. */
export async function* objectTexts({ columns, batches }: Answer): AsyncGenerator<string[]> {
  const names = columns.map(({ name }) => JSON.stringify(name))
  for await (const batch of batches()) {
    if (batch.length > 0)
      yield batch.map(
        (row) => `{${row.map((cell, index) => `${names[index]!}:${cellJson(cell, columns[index]!.type)}`).join(',')}}`,
      )
  }
}
