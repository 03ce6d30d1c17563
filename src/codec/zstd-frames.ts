import type { Bytes } from './codec.ts'

/** A whole frame of zstd, by its place. */
export interface ZstdFrame {
  at: number
  bytes: number
}

const frameMagic = 0xfd2fb528
const dictionaryIdBytes = [0, 1, 2, 4]

/**
 * Finds the frames at the beginning of a file, without decompressing them (RFC 8878, 3.1.1). What follows them may be anything:
 * the search ends there, as it does at a frame that is cut off.
 */
export async function zstdFrames(body: Bytes): Promise<ZstdFrame[]> {
  const chunks = body[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  let position = 0

  /** Passes so many bytes. @returns The last eight of them at most, fewer where the file ends before. */
  const pass = async (bytes: number): Promise<Buffer> => {
    let last = Buffer.alloc(0)
    for (let left = bytes; left > 0;) {
      if (rest.length === 0) {
        const next = await chunks.next()
        if (next.done === true) return Buffer.alloc(0)
        rest = next.value
        continue
      }
      const piece = rest.subarray(0, left)
      rest = rest.subarray(piece.length)
      left -= piece.length
      last = Buffer.concat([last, piece.subarray(-8)]).subarray(-8)
    }
    position += bytes
    return last
  }

  const number = async (bytes: number): Promise<number | undefined> => {
    const found = await pass(bytes)
    return found.length < bytes ? undefined : found.readUIntLE(0, bytes)
  }

  /** @returns Whether all of it is there. */
  const passFrame = async (): Promise<boolean> => {
    if ((await number(4)) !== frameMagic) return false
    const descriptor = await number(1)
    if (descriptor === undefined) return false
    const isSingle = (descriptor & 0x20) !== 0
    const sizeFlag = descriptor >> 6
    const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag
    const headerBytes = (isSingle ? 0 : 1) + dictionaryIdBytes[descriptor & 3]! + sizeBytes
    if (headerBytes > 0 && (await pass(headerBytes)).length === 0) return false
    for (;;) {
      const block = await number(3)
      if (block === undefined) return false
      const isRun = ((block >> 1) & 3) === 1
      const length = isRun ? 1 : block >> 3
      if (length > 0 && (await pass(length)).length === 0) return false
      if ((block & 1) === 1) break
    }
    const hasChecksum = (descriptor & 4) !== 0
    return !hasChecksum || (await number(4)) !== undefined
  }

  const frames: ZstdFrame[] = []
  try {
    for (;;) {
      const at = position
      if (!(await passFrame())) return frames
      frames.push({ at, bytes: position - at })
    }
  } finally {
    await chunks.return?.()
  }
}
