const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** A letter with its accents, or an emoji, is rarely longer; what is looks like an attack. */
const longestLetter = 16

/** The text, or as many letters of its beginning before a `…`; no letter is cut in two. */
export function cutText(text: string, mostLetters: number): string {
  if (text.length <= mostLetters) return text
  let end = 0
  let letters = 0
  for (const { segment } of segmenter.segment(text.slice(0, mostLetters * longestLetter))) {
    if (letters === mostLetters) break
    end += segment.length
    letters++
  }
  return end === text.length ? text : `${text.slice(0, end)}…`
}
