/** Characters that a terminal draws two columns wide: scripts of East Asia (Unicode, UAX #11), and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
/** What has no width of its own: accents that are added to a letter, joiners. */
const narrow = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** Western letters and punctuation: one column, and one unit of a string, each. Nearly all texts are. */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u20a0-\u20bf]*$/
/** To look at each character takes time, and below so long a text nothing is in line anyway. */
const longest = 1000

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
  if (text.length > longest || plain.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment)
  return width
}

/** The text, or as much of its beginning as fits before a "…". */
export function cutToWidth(text: string, widest: number): string {
  if (textWidth(text) <= widest) return text
  if (plain.test(text)) return `${text.slice(0, widest - 1)}…`
  let cut = ''
  let width = 0
  for (const { segment } of segmenter.segment(text)) {
    width += widthOf(segment)
    if (width > widest - 1) break
    cut += segment
  }
  return `${cut}…`
}

function widthOf(segment: string): number {
  if (wide.test(segment)) return 2
  return narrow.test(segment) ? 0 : 1
}
