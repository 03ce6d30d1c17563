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
