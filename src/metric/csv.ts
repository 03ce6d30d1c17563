/**
 * Reads comma-separated values with quotes (RFC 4180), as Python's csv module writes them: any line ending, quotes doubled
 * inside quotes. Empty lines are left out.
 */
export function parseCsv(text: string): string[][] {
  if (!text.includes('"')) {
    const lines = text.split(/\r\n|\n|\r/)
    return lines.filter((line) => line !== '').map((line) => line.split(','))
  }
  const rows: string[][] = []
  const token = /("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n|\n|\r|$)/y
  let row: string[] = []
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (match === null) throw new SyntaxError('a quote that is not closed')
    const [, cell, separator] = match as unknown as [string, string, string]
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (separator === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  // A comma was the last character; the cell behind it is empty.
  if (row.length > 0) rows.push([...row, ''])
  return rows
}

/** Writes rows as Python's csv module does by default: quotes only where needed, lines end in CR LF. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('')
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
