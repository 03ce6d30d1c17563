import { type DeflateRaw, constants, createDeflateRaw } from 'node:zlib'

/** More would wait for the same cores: Node's thread pool has four threads, and reading needs some. */
const lanes = 3
/** zlib's own default, named so that archives stay the same. */
export const deflateLevel = 6

interface Lane {
  stream: DeflateRaw
  last: Promise<unknown>
}

/**
 * Deflates small pieces, some at the same time. Setting a compressor up costs as much as compressing some KB does, so each
 * is used again and again.
 */
export class Deflater {
  readonly #lanes: Lane[] = []
  #count = 0

  deflate(bytes: Uint8Array): Promise<Buffer> {
    const index = this.#count++ % lanes
    this.#lanes[index] ??= { stream: openStream(), last: Promise.resolve() }
    const lane = this.#lanes[index]
    const result = lane.last.then(() => deflateWith(lane.stream, bytes))
    lane.last = result.catch(() => undefined)
    return result
  }

  close(): void {
    for (const { stream } of this.#lanes) stream.destroy()
  }
}

/** Its buffer is larger than what comes out of the largest piece, so that it never waits for a reader. */
function openStream(): DeflateRaw {
  return createDeflateRaw({
    level: deflateLevel,
    // Each write is a whole piece: ending it by a flush of its own would be another trip to the thread pool.
    flush: constants.Z_FINISH,
    chunkSize: 64 * 1024,
    readableHighWaterMark: 4 * 1024 * 1024,
  } as object)
}

function deflateWith(stream: DeflateRaw, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.write(bytes, () => {
      stream.off('error', reject)
      // Who has closed it waits for nothing any more.
      if (stream.destroyed) {
        reject(new Error('the deflater is closed'))
        return
      }
      const packed = (stream.read() as Buffer | null) ?? Buffer.alloc(0)
      stream.reset()
      resolve(packed)
    })
  })
}
