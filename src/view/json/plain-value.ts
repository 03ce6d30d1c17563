import { isOfNumber } from './number-byte.ts'

/** Longer ones are copied faster by `set`. */
const longBytes = 96
const mostDigits = 15
const quote = 0x22
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const backslash = 0x5c
/** Escapes that are written so in canonical form, too. */
const plainEscapes = new Uint8Array(256)
for (const character of '"\\bfnrt') plainEscapes[character.charCodeAt(0)] = 1
const words = ['null', 'true', 'false'].map((word) => Buffer.from(word))

/** @returns Behind a value, no container, that stands at `from` in canonical form; -1: it is no such one. */
export function plainEnd(json: Uint8Array, from: number): number {
  const first = json[from]!
  if (first === quote) return stringEnd(json, from)
  return first === minus || (first >= zero && first <= nine) ? numberEnd(json, from) : wordEnd(json, from)
}

function stringEnd(json: Uint8Array, from: number): number {
  const { length } = json
  for (let at = from + 1; at < length; at++) {
    const byte = json[at]!
    if (byte === quote) return at + 1
    if (byte < 0x20) return -1
    if (byte === backslash && plainEscapes[json[++at]!] !== 1) return -1
  }
  return -1
}

/** Of numbers that a double holds, and JavaScript writes without an exponent: 15 digits at most. */
function numberEnd(json: Uint8Array, from: number): number {
  const digits = json[from] === minus ? from + 1 : from
  let end = endOfDigits(json, digits)
  const isZero = json[digits] === zero
  if (end === digits || (isZero && end - digits > 1)) return -1
  if (json[end] === point) {
    const fraction = end + 1
    end = endOfDigits(json, fraction)
    if (end === fraction || json[end - 1] === zero) return -1
    // A few zeros more, and it is 1e-7.
    if (isZero && json[fraction] === zero && json[fraction + 1] === zero) return -1
  } else if (isZero && digits !== from) return -1
  return end - from > mostDigits || isOfNumber(json[end]) ? -1 : end
}

function endOfDigits(json: Uint8Array, from: number): number {
  let end = from
  while (end < json.length && json[end]! >= zero && json[end]! <= nine) end++
  return end
}

function wordEnd(json: Uint8Array, from: number): number {
  for (const word of words) {
    if (json[from] !== word[0]) continue
    for (let index = 1; index < word.length; index++) if (json[from + index] !== word[index]) return -1
    return from + word.length
  }
  return -1
}

/** @returns Behind what was written. */
export function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  if (to - from > longBytes) target.set(source.subarray(from, to), at)
  else for (let index = from, place = at; index < to; index++, place++) target[place] = source[index]!
  return at + to - from
}
