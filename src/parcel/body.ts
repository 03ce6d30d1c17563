import { createHash } from 'node:crypto'
import type { Bytes, Codec } from '../codec/codec.ts'
import { isPrinted } from '../codec/printed.ts'
import type { Files } from '../system/files.ts'
import type { FormatCheck } from './format/format.ts'

export interface StoreOptions {
  codec?: Codec | undefined
  /** Is fed the bytes as they come, before they are compressed. */
  check?: FormatCheck | undefined
  /** Called with the number of bytes that have come so far. */
  onBytes?: ((bytes: number) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface StoredBody {
  /** Bytes that came, before they were compressed; those in the file, where a program printed them straight into the codec. */
  rawBytes: number
  /** Bytes in the file. */
  bytes: number
  /** Of the bytes in the file. */
  sha256: string
}

/**
 * Writes a stream of any length to a new file, in constant memory, and returns when it is durable. The content is checked and
 * the file hashed in the same pass.
 *
 * @throws The body's own error, what `check` throws, or an UnsiloError of the disk; the file is then left as far as it got.
 */
export async function storeBody(files: Files, path: string, body: Bytes, options: StoreOptions): Promise<StoredBody> {
  const stored: StoredBody = { rawBytes: 0, bytes: 0, sha256: '' }
  async function* watched(): Bytes {
    for await (const chunk of body) {
      options.check?.write(chunk)
      stored.rawBytes += chunk.length
      options.onBytes?.(stored.rawBytes)
      yield chunk
    }
    // A body that yields nothing is reported as empty by the caller, which says more than "not valid JSON".
    if (stored.rawBytes > 0) options.check?.end()
  }
  const hash = createHash('sha256')
  const sink = await files.create(path)
  try {
    const { codec, check, signal } = options
    const printed = check === undefined && isPrinted(body) ? codec?.compressPrinted?.(body, signal) : undefined
    const coded = codec === undefined ? watched() : (printed ?? codec.compress(watched(), signal))
    for await (const chunk of coded) {
      hash.update(chunk)
      stored.bytes += chunk.length
      if (printed !== undefined) options.onBytes?.((stored.rawBytes = stored.bytes))
      await sink.write(chunk)
    }
    await sink.sync()
  } finally {
    await sink.close()
  }
  stored.sha256 = hash.digest('hex')
  return stored
}
