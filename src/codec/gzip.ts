import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { UnsiloError } from '../errors.ts'
import type { Bytes, Codec } from './codec.ts'

/** Streams `body` through one of Node's own transforms; an error of either side ends both. */
export async function* throughTransform(body: Bytes, transform: Transform, signal?: AbortSignal): Bytes {
  const source = Readable.from(body, { objectMode: false, highWaterMark: 256 * 1024 })
  const feeding = pipeline(source, transform, signal === undefined ? {} : { signal })
  feeding.catch(() => undefined)
  try {
    for await (const chunk of transform) yield chunk as Uint8Array
  } finally {
    transform.destroy()
  }
  await feeding
}

export const gzip: Codec = {
  name: 'gzip',
  extension: 'gz',
  compress: (body, signal) => throughTransform(body, createGzip(), signal),
  compressPrinted: undefined,
  async *decompress(body, signal) {
    const gunzip = createGunzip()
    let fed = 0
    async function* counted(): Bytes {
      for await (const chunk of body) {
        fed += chunk.length
        yield chunk
      }
    }
    try {
      yield* throughTransform(counted(), gunzip, signal)
    } catch (error) {
      signal?.throwIfAborted()
      // Once the data is over, what still comes has no reader, and breaks the pipe.
      throw isBrokenPipe(error) ? trailing(error) : damaged(error, 'gzip')
    }
    if (gunzip.bytesWritten < fed) throw trailing()
  },
}

/** Turns zlib's error into one that a user can act on; others stay as they are. */
export function damaged(error: unknown, format: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (!(error instanceof Error) || code === undefined || !/^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test(code)) return error
  return new UnsiloError('wrong-content', `not whole ${format} data: ${error.message}`, {
    hint: 'The file is damaged or was cut off; export it again.',
    cause: error,
  })
}

function isBrokenPipe(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR'
}

function trailing(cause?: unknown): UnsiloError {
  return new UnsiloError('wrong-content', 'not whole gzip data: something else follows its end', {
    hint: 'The file is damaged; export it again.',
    cause,
  })
}
