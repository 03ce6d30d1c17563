import { cutToWidth, textWidth } from './text-width.ts'

export interface Cell {
  text: string
  /** Numbers stand at the right. */
  right?: boolean
  paint?: (text: string) => string
}

/** A longer cell is cut, so that one long name does not push a table off the screen. */
const widestCell = 28

const leastCut = 8
const gap = 2

/**
 * Lays out rows in columns, two spaces apart.
 *
 * @param widest Characters of a cell; the last column is cut only to make the table fit.
 * @param columns Characters of the table; when it is wider, its widest columns give way.
 */
export function textTable(rows: readonly (readonly Cell[])[], widest = widestCell, columns = Infinity): string {
  const clean = rows.map((row) => row.map((cell) => ({ ...cell, text: cleanText(cell.text) })))
  const wished: number[] = []
  for (const row of clean) {
    row.forEach(({ text }, index) => {
      const width = index === row.length - 1 ? textWidth(text) : Math.min(textWidth(text), widest)
      wished[index] = Math.max(wished[index] ?? 0, width)
    })
  }
  const widths = fitInto(wished, columns)
  const cut = clean.map((row) => row.map((cell, index) => ({ ...cell, text: cutToWidth(cell.text, widths[index]!) })))
  // A column is at the right when its values are; its heading follows them.
  const isRight = widths.map((_, index) => cut.some((row) => row[index]?.right === true))
  const lines = cut.map((row) =>
    row.map(({ text, paint }, index) => {
      const space = ' '.repeat(widths[index]! - textWidth(text))
      const padded = isRight[index] ? space + text : text + space
      return paint === undefined ? padded : padded.replace(text, () => paint(text))
    }),
  )
  return lines.map((line) => line.join(' '.repeat(gap)).trimEnd()).join('\n')
}

/** Whether these rows can be laid out in so many columns, with their widest cells cut. */
export function fitsInto(rows: readonly (readonly Cell[])[], columns: number): boolean {
  const least: number[] = []
  for (const row of rows) {
    for (const [index, { text }] of row.entries()) {
      const width = least[index] ?? 0
      if (width < leastCut) least[index] = Math.max(width, Math.min(leastCut, textWidth(text)))
    }
  }
  return sumOf(least) + gap * (least.length - 1) <= columns
}

function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0)
}

function fitInto(wished: readonly number[], columns: number): number[] {
  const widths = [...wished]
  let excess = sumOf(widths) + gap * (widths.length - 1) - columns
  for (; excess > 0; excess--) {
    const most = Math.max(...widths)
    if (most <= leastCut) break
    widths[widths.indexOf(most)] = most - 1
  }
  return widths
}

/** A line break or an escape sequence in a name or a metric would tear the table; marks of direction would turn it round. */
function cleanText(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/\p{Bidi_Control}+/gu, '')
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
