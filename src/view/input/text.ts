import type { Bytes } from '../../codec/codec.ts'
import { withoutByteOrderMark } from '../../parcel/format/byte-order-mark.ts'

/** Takes a byte order mark off, and turns text whose mark says UTF-16 into UTF-8. @throws UnsiloError `wrong-content` */
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
