import { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { bodyError } from '../../system/http-error.ts'
import type { ByteRange } from '../target.ts'
import { interrupted } from '../interrupt.ts'
import type { Store } from './store.ts'

interface Get {
  store: Store
  bucket: string
  key: string
  /** For messages. */
  doing: string
  signal: AbortSignal
  range: ByteRange | undefined
}

/** @throws UnsiloError; so does the stream, also when it does not come to its end */
export async function getFile({ store, bucket, key, doing, signal, range }: Get): Promise<Readable> {
  const input = { Bucket: bucket, Key: key, ...(range === undefined ? {} : { Range: rangeHeader(range) }) }
  const answer = await store.ask(doing, signal, (client, options) =>
    client.send(new store.sdk.GetObjectCommand(input), options).catch((error: unknown) => {
      // What begins at the end of a file, or after it (RFC 9110, 15.5.17).
      if (range !== undefined && error instanceof Error && error.name === 'InvalidRange') return undefined
      throw error
    }),
  )
  if (answer === undefined) return Readable.from([], { objectMode: false })
  const body = answer.Body as Readable
  body.on('error', () => undefined)
  if (range?.bytes === 0) {
    body.destroy()
    return Readable.from([], { objectMode: false })
  }
  if (range !== undefined && answer.ContentRange === undefined) {
    body.destroy()
    throw new UnsiloError('http', `cannot ${doing}: ${store.host} does not give parts of files`, {
      hint: 'Use another store.',
    })
  }
  const explain = (error: unknown): UnsiloError => {
    if (signal.aborted) return interrupted()
    return error instanceof Error && error.name === 'TimeoutError'
      ? store.explain(error, doing)
      : bodyError(error, store.host)
  }
  return received(body, signal, explain)
}

/** No range is empty in HTTP: for no bytes, one is asked for. */
function rangeHeader({ from, bytes }: ByteRange): string {
  return `bytes=${from}-${from + Math.max(1, bytes) - 1}`
}

function received(body: Readable, signal: AbortSignal, explain: (error: unknown) => UnsiloError): Readable {
  const stop = (): void => {
    body.destroy(interrupted())
  }
  signal.addEventListener('abort', stop, { once: true })
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        if (signal.aborted) throw interrupted()
        yield chunk as Uint8Array
      }
    } catch (error) {
      throw explain(error)
    }
  }
  const stream = Readable.from(chunks(), { objectMode: false })
  // Also when it was never read: the connection is free again after that.
  stream.once('close', () => {
    signal.removeEventListener('abort', stop)
    body.destroy()
  })
  return stream
}
