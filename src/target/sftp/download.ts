import { Readable } from 'node:stream'
import type { ByteRange } from '../target.ts'
import { throwIfAborted, untilAborted } from '../interrupt.ts'
import type { Requests } from './requests.ts'

/** Bytes of one file that are asked for ahead of its reader; they bound the memory that it takes. */
const aheadBytes = 2 * 1024 * 1024

/** What `statHandle` has said. */
export interface KnownFile {
  handle: Buffer
  sizeBytes: number
}

/**
 * Reads a part of a file, with many requests on their way. The handle stays open.
 *
 * @param onError Makes an error of one that the server has refused.
 */
export function download(
  requests: Requests,
  { handle, sizeBytes }: KnownFile,
  range: ByteRange,
  signal: AbortSignal,
  onError: (error: unknown) => Promise<unknown>,
): Readable {
  const end = Math.min(sizeBytes, range.from + range.bytes)
  async function* read(): AsyncGenerator<Buffer> {
    const ahead: { answer: Promise<Buffer>; position: number; bytes: number }[] = []
    let next = range.from
    let underway = 0
    const ask = (position: number, bytes: number): Promise<Buffer> => {
      const answer = requests.read(handle, bytes, position)
      // It is waited for below, unless another one before it fails.
      answer.catch(() => undefined)
      return answer
    }
    const askAhead = (): void => {
      while (next < end && underway < aheadBytes) {
        const bytes = Math.min(requests.maxBytes, end - next)
        ahead.push({ answer: ask(next, bytes), position: next, bytes })
        next += bytes
        underway += bytes
      }
    }
    throwIfAborted(signal)
    try {
      for (askAhead(); ahead.length > 0; askAhead()) {
        const { answer, position, bytes } = ahead.shift()!
        let got = await untilAborted(answer, signal)
        underway -= bytes
        let at = position
        while (got.length > 0) {
          yield got
          throwIfAborted(signal)
          at += got.length
          if (at === position + bytes) break
          got = await untilAborted(ask(at, position + bytes - at), signal)
        }
        // The file has become shorter since.
        if (at < position + bytes) return
      }
    } catch (error) {
      throw await onError(error)
    }
  }
  return Readable.from(read(), { objectMode: false, highWaterMark: requests.maxBytes })
}
