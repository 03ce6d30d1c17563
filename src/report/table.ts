export interface Cell {
  text: string
  /** Numbers stand at the right. */
  right?: boolean
  paint?: (text: string) => string
}

/** A longer cell is cut, so that one long name does not push a table off the screen. */
const widestCell = 28

/**
 * Lays out rows in columns, two spaces apart.
 *
 * @param widest Characters of a cell; the last column is never cut.
 */
export function textTable(rows: readonly (readonly Cell[])[], widest = widestCell): string {
  const cut = rows.map((row) =>
    row.map((cell, index) => ({ ...cell, text: index === row.length - 1 ? cell.text : shorten(cell.text, widest) })),
  )
  const widths: number[] = []
  for (const row of cut) row.forEach(({ text }, index) => (widths[index] = Math.max(widths[index] ?? 0, text.length)))
  // A column is at the right when its values are; its heading follows them.
  const isRight = widths.map((_, index) => cut.some((row) => row[index]?.right === true))
  const lines = cut.map((row) =>
    row.map(({ text, paint }, index) => {
      const padded = isRight[index] ? text.padStart(widths[index]!) : text.padEnd(widths[index]!)
      return paint === undefined ? padded : padded.replace(text, () => paint(text))
    }),
  )
  return lines.map((line) => line.join('  ').trimEnd()).join('\n')
}

function shorten(text: string, widest: number): string {
  return text.length <= widest ? text : `${text.slice(0, widest - 1)}…`
}

/** Breaks a line at spaces so that it fits; lines after the first begin with `indent`. */
export function wrapText(text: string, columns: number, indent: string): string[] {
  const lead = /^ */.exec(text)![0]
  const lines: string[] = []
  let line = lead
  for (const word of text.trim().split(' ')) {
    const isFirst = line.trim() === ''
    if (!isFirst && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}
