import { UnsiloError } from '../../errors.ts'

/**
 * Reads what is searched for: words, and phrases in quotes, all of which have to be there.
 *
 * @returns A regular expression for each, that DuckDB (RE2) and JavaScript (with the flag `u`) read alike. Letters are found in both
 * cases, with and without accents.
 * @throws UnsiloError `usage`
 */
export function searchPatterns(text: string): string[] {
  const terms = [...text.matchAll(/"(?<phrase>[^"]*)"?|(?<word>[^\s"]+)/g)].map(({ groups }) =>
    (groups!['phrase'] ?? groups!['word']!).trim(),
  )
  const patterns = [...new Set(terms.filter((term) => term !== '').map(patternOf))]
  if (patterns.length > 0) return patterns
  throw new UnsiloError('usage', 'there is nothing to search for', {
    hint: 'Name a word, several words that all have to be there, or a "phrase in quotes".',
  })
}

/** Accents that follow their letter as characters of their own. */
const combining = '[\u0300-\u036F]*'

function patternOf(term: string): string {
  return term
    .split(/\s+/)
    .map((word) =>
      lettersOf(word)
        .map((letter) => `${letterPattern(letter)}${combining}`)
        .join(''),
    )
    .join('[\\s\u00A0]+')
}

/** A word without accents that stand beside their letters; one of nothing else stays. */
function lettersOf(word: string): string[] {
  const letters = Array.from(word.replaceAll(/[\u0300-\u036F]/g, ''))
  return letters.length > 0 ? letters : Array.from(word)
}

function letterPattern(letter: string): string {
  const forms = [letter, letter.toLowerCase(), letter.toUpperCase(), ...(accented().get(baseOf(letter)) ?? [])]
  const base = baseOf(letter)
  const single = [...new Set([...forms, base, base.toUpperCase()])].filter((form) => Array.from(form).length === 1)
  if (single.length === 1) return single[0]!.replace(/[$()*+./?[\\\]^{|}]/, String.raw`\$&`)
  return `[${single.join('')}]`
}

/** Letters with a stroke and the like, which Unicode takes for letters of their own. */
const strokes: Record<string, string> = { đ: 'd', ħ: 'h', ı: 'i', ł: 'l', ø: 'o', ŧ: 't', ς: 'σ', '’': "'", ʼ: "'" }

/** The small letter without its accent. */
function baseOf(letter: string): string {
  const plain = withAccent.test(letter.normalize('NFD')) ? letter.normalize('NFD')[0]! : letter
  const small = plain.toLowerCase()
  return strokes[small] ?? small
}

/** What an accent is taken from; syllables and signs of other scripts have parts, too, and are not taken apart. */
const withAccent = /^\p{L}[\u0300-\u036F]+$/u

let forms: Map<string, string[]> | undefined

/** All letters with accents that are one character, by the small letter without. */
function accented(): Map<string, string[]> {
  if (forms !== undefined) return forms
  const found = new Map<string, string[]>()
  const add = (base: string, letter: string): void => {
    const others = found.get(base)
    if (others === undefined) found.set(base, [letter])
    else others.push(letter)
  }
  for (const [letter, base] of Object.entries(strokes)) {
    add(base, letter)
    // The capitals of the final sigma and of the dotless i are those of other letters.
    if (baseOf(letter.toUpperCase()) === base) add(base, letter.toUpperCase())
  }
  // Latin, Greek, Cyrillic, and their extensions.
  for (let code = 0xc0; code < 0x2000; code++) {
    const letter = String.fromCodePoint(code)
    const decomposed = letter.normalize('NFD')
    if (withAccent.test(decomposed)) add(baseOf(decomposed[0]!), letter)
  }
  forms = found
  return found
}
