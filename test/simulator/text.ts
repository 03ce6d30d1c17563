import type { Random } from './random.ts'

const syllables =
  'ba con de er fi gra hi in jo ka lo men na or pre qui re sta ti un ver wo ex ya zen al bri cha dro el'.split(' ')

/** What breaks careless readers: quotes, separators, line ends, combining and right-to-left text, wide characters. */
const awkward = [
  '“naïve”',
  'cafe\u0301',
  'Ærøskøbing',
  '日本語',
  'שלום',
  '👩‍👩‍👧',
  '😀',
  '𝒳',
  'a,b;c',
  '"quoted"',
  "it's",
  '5\t6',
  '<b>&amp;',
  '\\n',
  'line\u2028separator',
  'two\nlines',
  'null',
  '0x1F',
  '=1+1',
  '{}',
  '[1]',
] as const

/** A vocabulary of `size` different made-up words, the first ones short. */
export function vocabulary(random: Random, size: number): string[] {
  const words = new Set<string>()
  while (words.size < size) {
    let left = words.size < size / 20 ? random.integer(1, 2) : random.integer(2, 4)
    let word = ''
    for (; left > 0; left--) word += random.pick(syllables)
    words.add(word)
  }
  return [...words]
}

/** A sentence of `length` words; about one in forty is awkward: unicode, quotes, separators, a line end. */
export function sentence(random: Random, words: readonly string[], length: number): string {
  const text = Array.from({ length }, () => (random.chance(0.025) ? random.pick(awkward) : random.favour(words))).join(
    ' ',
  )
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`
}
