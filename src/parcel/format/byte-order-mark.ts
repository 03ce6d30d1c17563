import { UnsiloError } from '../../errors.ts'
import type { FormatCheck } from './format.ts'

const nothing = new Uint8Array(0)

/** Takes a byte order mark off the text that `inner` checks, and turns text whose mark says UTF-16 into UTF-8. */
export function withoutByteOrderMark(inner: FormatCheck): FormatCheck {
  let head: Uint8Array = nothing
  let forward: FormatCheck | undefined

  const begin = (): FormatCheck => {
    const [first, second, third] = head
    if (first === 0xff && second === 0xfe) forward = fromUtf16('utf-16le', inner)
    else if (first === 0xfe && second === 0xff) forward = fromUtf16('utf-16be', inner)
    else forward = inner
    const isUtf8Mark = first === 0xef && second === 0xbb && third === 0xbf
    forward.write(isUtf8Mark ? head.subarray(3) : head)
    head = nothing
    return forward
  }

  return {
    write(chunk) {
      if (forward !== undefined) return forward.write(chunk)
      head = Buffer.concat([head, chunk])
      if (head.length >= 3) begin()
    },
    end() {
      const check = forward ?? begin()
      check.end()
    },
  }
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
