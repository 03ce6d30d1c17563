import { isUtf8 } from 'node:buffer'
import type { Bytes } from '../../codec/codec.ts'
import { withoutByteOrderMark } from '../../parcel/format/byte-order-mark.ts'

/** Takes a byte order mark off, and turns UTF-16 into UTF-8 where a mark or its NULs say so. @throws UnsiloError `wrong-content` */
export async function* withoutMark(bytes: Bytes): Bytes {
  let pieces: Uint8Array[] = []
  const taker = withoutByteOrderMark({ write: (piece) => pieces.push(piece), end: () => undefined })
  const taken = (): Uint8Array[] => {
    const out = pieces.filter((piece) => piece.length > 0)
    pieces = []
    return out
  }
  for await (const chunk of bytes) {
    taker.write(chunk)
    yield* taken()
  }
  taker.end()
  yield* taken()
}

/** 0x80 to 0x9f in Windows-1252; five of them mean nothing. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/**
 * Text of Windows-1252 that was decoded as Latin 1. Some versions of Node.js do so for all that is called `windows-1252`, which
 * includes `iso-8859-1` (Encoding Standard, https://encoding.spec.whatwg.org/#names-and-labels).
 */
export function fromWindows1252(latin1: string): string {
  return latin1.replaceAll(/[\x80-\x9f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80]!)
}

/** The name of an encoding that a label stands for; `undefined` for what is none. */
export function oneEncoding(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

/** Reads pieces of text that begin and end with whole characters: what is valid UTF-8 as such, and all else in the encoding. */
export function textDecoder(encoding: string): (bytes: Uint8Array) => string {
  const decoder = encoding === 'windows-1252' ? undefined : new TextDecoder(encoding)
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    if (isUtf8(buffer)) return buffer.toString('utf8')
    return decoder === undefined ? fromWindows1252(buffer.toString('latin1')) : decoder.decode(buffer)
  }
}

/** Turns UTF-16 into UTF-8. Text that begins with a byte order mark is left as it is: that tells what it is. */
export async function* fromUtf16(bytes: Bytes, encoding: 'utf-16le' | 'utf-16be'): Bytes {
  const decoder = new TextDecoder(encoding)
  let head: Uint8Array = Buffer.alloc(0)
  let isMarked: boolean | undefined
  for await (const chunk of bytes) {
    let next = chunk
    if (isMarked === undefined) {
      head = next = Buffer.concat([head, chunk])
      if (head.length < 3) continue
      isMarked = /^(?:fffe|feff|efbbbf)/.test(Buffer.from(head.subarray(0, 3)).toString('hex'))
    }
    yield isMarked ? next : Buffer.from(decoder.decode(next, { stream: true }))
  }
  yield isMarked === true ? Buffer.alloc(0) : Buffer.from(decoder.decode(isMarked === undefined ? head : undefined))
}
