import type { Bytes } from '../../codec/codec.ts'

/** A text in Node.js cannot be longer. */
const longestLineBytes = 500_000_000

export interface Line {
  /** From 1. */
  number: number
  /** Where it begins, in bytes. */
  offset: number
  /** Without its line end; CR alone is none. May be a part of a chunk. Empty for one that is too long. */
  bytes: Uint8Array
  /** The last line may have none. */
  end: '\n' | '\r\n'
  problem?: string
}

/** Lines, as many at a time as a chunk ends. */
export async function* linesOf(bytes: Bytes): AsyncGenerator<Line[]> {
  let [number, offset] = [0, 0]
  let pieces: Uint8Array[] = []
  let keptBytes = 0
  const keep = (piece: Uint8Array): void => {
    keptBytes += piece.length
    if (keptBytes <= longestLineBytes) pieces.push(piece)
    else pieces = []
  }
  const endLine = (last: Uint8Array): Line => {
    keep(last)
    const isTooLong = keptBytes > longestLineBytes
    const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const hasReturn = whole.at(-1) === 0x0d
    const line: Line = {
      number: ++number,
      offset,
      bytes: hasReturn ? whole.subarray(0, -1) : whole,
      end: hasReturn ? '\r\n' : '\n',
    }
    if (isTooLong) line.problem = `it is longer than ${longestLineBytes} bytes`
    pieces = []
    keptBytes = 0
    return line
  }
  for await (const chunk of bytes) {
    const lines: Line[] = []
    let from = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      const length = keptBytes + end - from + 1
      lines.push(endLine(chunk.subarray(from, end)))
      offset += length
      from = end + 1
    }
    if (from < chunk.length) keep(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (keptBytes > 0) yield [endLine(Buffer.alloc(0))]
}
