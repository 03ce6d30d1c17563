/** What RE2 reads as one piece: what has a meaning in pairs of brackets has none inside of these. */
const piece = /\\Q.*?(?:\\E|$)|\\[pP]\{\^?\w+\}|\\x\{[0-9a-fA-F]+\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|[\^$]/gs
/** Of letters behind a backslash; https://github.com/google/re2/wiki/Syntax. */
const unknownEscape = /^\\(?![dDsSwWbBAzCQEpPaftnrvx])[a-zA-Z]$/
const lookaround = /\(\?<?[=!]/
const longestRepeat = 1000

/**
 * Why DuckDB would not take a regular expression, as far as that can be told without it: it may refuse others, too, and takes all
 * for which nothing is said here.
 */
export function whyNoPattern(pattern: string): string | undefined {
  const pieces = pattern.match(piece) ?? []
  const escape = pieces.find((one) => unknownEscape.test(one))
  if (escape !== undefined) return `it has ${escape}, which RE2 does not know`
  const skeleton = pattern.replaceAll(piece, 'x')
  if (lookaround.test(skeleton)) return 'RE2 cannot look ahead or back'
  const repeats = skeleton.matchAll(/\{(\d+)(?:,(\d*))?\}/g)
  for (const [text, ...numbers] of repeats) {
    if (numbers.some((number) => Number(number ?? 0) > longestRepeat))
      return `RE2 repeats at most ${longestRepeat} times: ${text}`
  }
  // What only RE2 has: flags, and groups that are named with a P.
  const plain = skeleton
    .replaceAll(/\(\?[imsU-]*(:|\))/g, (_, end: string) => (end === ':' ? '(?:' : 'x'))
    .replaceAll(/\(\?P?<\w+>/g, '(')
  try {
    void new RegExp(plain)
    return undefined
  } catch (error) {
    // "Invalid regular expression: /(/: Unterminated group"
    return error instanceof SyntaxError ? error.message.replace(/^.*: /s, '').toLowerCase() : undefined
  }
}
