import { randomUUID } from 'node:crypto'

/** Stands before the digits of a number that JSON.parse would round; no text of anybody begins with it. */
const mark = randomUUID()
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g

/**
 * Reads JSON as JSON.parse does, but that a whole number beyond 2^53 - 1 is a bigint.
 *
 * @param isExact False: such a number is rounded, as JSON.parse has it.
 * @throws SyntaxError
 */
export function parseExactly(text: string, isExact = true): unknown {
  // Most JSON has no number of so many digits; with 15 and less, all are exact.
  if (!isExact || !/\d{16}/.test(text)) return JSON.parse(text)
  let isMarked = false
  const marked = text.replaceAll(token, (found) => {
    if (found.startsWith('"') || !/^-?\d{16,}$/.test(found) || Number.isSafeInteger(Number(found))) return found
    isMarked = true
    return `"${mark}${found}"`
  })
  if (!isMarked) return JSON.parse(text)
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/** A number where it holds all digits, else a bigint. */
export function wholeNumber(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}
