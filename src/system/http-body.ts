import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { UnsiloError } from '../errors.ts'
import { bodyError } from './http-error.ts'

// What `Accept-Encoding` asks for; `x-gzip` is an old name of gzip (RFC 9110, 8.4.1.3).
const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
}

/**
 * Undoes a Content-Encoding. One that was not asked for stays as it is.
 *
 * @throws UnsiloError `network` when the encoded bytes end too early, which HTTP itself may not see
 */
export async function* decodedBody(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  host: string,
): AsyncGenerator<Uint8Array> {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (!Object.hasOwn(decoders, name)) {
    yield* bytes
    return
  }
  const decoder = decoders[name]!()
  let failure: unknown
  let fed = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      fed += chunk.length
      yield chunk
    }
  }
  const feeding = pipeline(Readable.from(counted(), { objectMode: false }), decoder).catch((error: unknown) => {
    failure = error
  })
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array
  } catch (error) {
    await feeding
    // Nothing at all is an empty body, though for a decoder it is not whole.
    if (fed > 0 || !isDecoding(failure ?? error)) throw saidBy(failure ?? error, host)
  } finally {
    decoder.destroy()
    await feeding
  }
}

function isDecoding(error: unknown): boolean {
  return error instanceof Error && /^(?:Z_|ERR_BROTLI|ERR__ERROR)/.test((error as NodeJS.ErrnoException).code ?? '')
}

function saidBy(error: unknown, host: string): UnsiloError {
  if (!isDecoding(error)) return bodyError(error, host)
  return new UnsiloError('network', `the answer of ${host} broke off: its compressed data is not whole`, {
    hint: 'Run again; if it stays so, the server is at fault.',
    retryable: true,
  })
}
