import { UnsiloError } from '../../errors.ts'
import type { FormatCheck } from './format.ts'

const nothing = new Uint8Array(0)
/** What stands in the first characters tells UTF-16 in any language: a delimiter, digits, a line end. */
const longHeadBytes = 256

/**
 * Takes a byte order mark off the text that `inner` checks, and turns UTF-16 into UTF-8: text whose mark says so, and text without a
 * mark that is full of NULs as only UTF-16 is.
 *
 * @param headBytes So many are looked at first; four are enough where a text begins with ASCII, as XML does.
 */
export function withoutByteOrderMark(inner: FormatCheck, headBytes = longHeadBytes): FormatCheck {
  let head: Uint8Array = nothing
  let forward: FormatCheck | undefined

  const begin = (): FormatCheck => {
    const [first, second, third] = head
    const utf16 =
      first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : unmarked(head)
    forward = utf16 === undefined ? inner : fromUtf16(utf16, inner)
    const isUtf8Mark = first === 0xef && second === 0xbb && third === 0xbf
    forward.write(isUtf8Mark ? head.subarray(3) : head)
    head = nothing
    return forward
  }

  return {
    write(chunk) {
      if (forward !== undefined) return forward.write(chunk)
      head = Buffer.concat([head, chunk])
      if (head.length >= headBytes) begin()
    },
    end() {
      const check = forward ?? begin()
      check.end()
    },
  }
}

/**
 * In UTF-16 the first 256 characters, among them delimiters, digits and line ends, have NULs for one of their two bytes. Damage makes
 * NULs on both sides, or a single one.
 */
function unmarked(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  let [even, odd] = [0, 0]
  for (const [at, byte] of head.entries()) {
    if (byte !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  if (Math.min(even, odd) > 0 || even + odd < Math.max(2, head.length / 32)) return undefined
  return even === 0 ? 'utf-16le' : 'utf-16be'
}

function fromUtf16(encoding: 'utf-16le' | 'utf-16be', inner: FormatCheck): FormatCheck {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const decode = (chunk?: Uint8Array): Uint8Array => {
    try {
      return Buffer.from(chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }))
    } catch (error) {
      throw new UnsiloError('wrong-content', `not valid ${encoding.toUpperCase()} text`, {
        hint: 'The file is damaged or was cut off; export it again.',
        cause: error,
      })
    }
  }
  return {
    write: (chunk) => inner.write(decode(chunk)),
    end() {
      inner.write(decode())
      inner.end()
    },
  }
}
