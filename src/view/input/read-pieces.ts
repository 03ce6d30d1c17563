import { setImmediate } from 'node:timers/promises'
import type { Bytes } from '../../codec/codec.ts'
import type { Files } from '../../system/files.ts'

const pieceBytes = 1024 * 1024
/** Small enough to stay in the processor's cache: what is filled again and again there is filled several times faster. */
const briefBytes = 64 * 1024
/** So long others wait at most for their turn, in ms, by and large. */
const turnMs = 20
let lastTurn = 0

/**
 * A file in large pieces, read at once and not by way of the thread pool, which would take longer than to read them.
 *
 * @param areBrief A piece is only valid until the next one is asked for; else each is memory of its own.
 */
export async function* readPieces(files: Files, path: string, areBrief = false): Bytes {
  const sizeBytes = files.info(path)?.sizeBytes ?? 0
  const reader = files.open(path)
  if (reader === undefined) {
    // Says what is wrong.
    yield* files.read(path)
    return
  }
  try {
    const mostBytes = areBrief ? briefBytes : pieceBytes
    let piece: Buffer | undefined
    for (let position = 0; ;) {
      // One byte more than there should be, so that the end shows at once.
      if (piece === undefined || !areBrief)
        piece = Buffer.allocUnsafeSlow(Math.max(1024, Math.min(mostBytes, sizeBytes - position + 1)))
      const count = reader.read(piece, position)
      if (count > 0) yield count === piece.length ? piece : piece.subarray(0, count)
      if (count < piece.length) return
      position += count
      if (performance.now() - lastTurn < turnMs) continue
      await setImmediate()
      lastTurn = performance.now()
    }
  } finally {
    reader.close()
  }
}
