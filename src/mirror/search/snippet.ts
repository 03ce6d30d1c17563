import type { Mark } from './hit.ts'

/** Characters of a snippet, more or less, and how many of them stand before what was found. */
const length = 160
const before = 50

/** Where in a text the patterns are found, in order, none within another. */
export function marksIn(text: string, patterns: readonly string[]): Mark[] {
  const found = patterns
    .flatMap((pattern) =>
      [...text.matchAll(new RegExp(pattern, 'gu'))].map((match): Mark => [match.index, match.index + match[0].length]),
    )
    .sort(([a, aEnd], [b, bEnd]) => a - b || bEnd - aEnd)
  const marks: Mark[] = []
  for (const [from, to] of found) {
    const last = marks.at(-1)
    if (last === undefined || from >= last[1]) marks.push([from, to])
    else if (to > last[1]) last[1] = to
  }
  return marks
}

/** What of a text is shown, on one line: from a little before the first thing that was found, or from its beginning. */
export function snippetOf(text: string, patterns: readonly string[]): { snippet: string; marks: Mark[] } {
  const first = firstIn(text, patterns)
  const start = first <= before ? 0 : nextWord(text, first - before, first)
  // A line break and the spaces around it become one space, so a little more is taken.
  const part = oneLine(text.slice(start, start + 4 * length))
  const whole = start + 4 * length >= text.length && part.length <= length
  const shown = whole ? part : part.slice(0, lastWord(part, length))
  const snippet = `${start > 0 ? '… ' : ''}${shown}${whole ? '' : ' …'}`
  return { snippet, marks: marksIn(snippet, patterns) }
}

/** Controls would make the terminal do things. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

function firstIn(text: string, patterns: readonly string[]): number {
  const places = patterns.map((pattern) => text.search(new RegExp(pattern, 'u'))).filter((place) => place !== -1)
  return places.length === 0 ? 0 : Math.min(...places)
}

/** The beginning of a word from `from` on; of a long one, or of a script without spaces, a character. */
function nextWord(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/)
  if (space !== -1) return from + space + 1
  return isLowHalf(text, from) ? from + 1 : from
}

/** Where a word ends, before `to`. */
function lastWord(text: string, to: number): number {
  const space = text.lastIndexOf(' ', to)
  if (space > to / 2) return space
  return isLowHalf(text, to) ? to - 1 : to
}

/** In the middle of a character of two units. */
function isLowHalf(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}
