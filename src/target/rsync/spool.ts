import { Readable } from 'node:stream'
import type { Files } from '../../system/files.ts'
import { interrupted, throwIfAborted } from '../interrupt.ts'
import type { ByteRange, OpenBody } from '../target.ts'

/** Writes a body to a file of this machine: rsync reads files only. @returns Its size. @throws The body's own error */
export async function spool(files: Files, path: string, open: OpenBody, signal: AbortSignal): Promise<number> {
  throwIfAborted(signal)
  const body = open()
  // A body that waits for something does not hold up the interrupt.
  const stop = (): void => void body.destroy(interrupted())
  signal.addEventListener('abort', stop, { once: true })
  let bytes = 0
  try {
    const sink = await files.create(path)
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
        throwIfAborted(signal)
        await sink.write(chunk)
        bytes += Buffer.byteLength(chunk)
      }
    } finally {
      await sink.close()
    }
    return bytes
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Reads a file, or a part of it, that is removed when it has been read. */
export function unspool(files: Files, path: string, signal: AbortSignal, range: ByteRange | undefined): Readable {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of files.read(path, range)) {
        throwIfAborted(signal)
        yield chunk
      }
    } finally {
      await files.remove(path)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}
