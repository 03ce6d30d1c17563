import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Bytes, Codec } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { fileError } from '../../system/file-error.ts'
import { readInPieces } from '../../system/files.ts'
import { claimOf } from './claim.ts'
import type { CheckOptions, FormatCheck } from './format.ts'

export interface InspectOptions extends CheckOptions {
  /** The format that the content must have, such as `json`, whatever the extension says. */
  require?: string | undefined
  signal?: AbortSignal | undefined
  /** Called with the number of bytes that have been read so far. */
  onBytes?: ((bytes: number) => void) | undefined
}

export interface InspectedFile {
  bytes: number
  /** Of the bytes in the file, in hexadecimal. */
  sha256: string
}

/**
 * Hashes a file, and checks in the same pass that it parses as what its extension says. Formats that need random access
 * (zip, SQLite) are read a second time; inside a codec, where there is no random access, only the codec's layer is checked.
 *
 * @param extension As in `claimOf`.
 * @throws UnsiloError `wrong-content` that names the file and the place; `config` for an unknown `require`
 */
export async function inspectFile(
  path: string,
  extension: string,
  options: InspectOptions = {},
): Promise<InspectedFile> {
  const { signal } = options
  signal?.throwIfAborted()
  const { codecs, format } = await claimOf(extension, options.require)
  const hash = createHash('sha256')
  let bytes = 0
  let isRead = false
  async function* stored(): Bytes {
    for await (const chunk of readInPieces(path)) {
      signal?.throwIfAborted()
      hash.update(chunk)
      bytes += chunk.length
      options.onBytes?.(bytes)
      yield chunk
    }
    isRead = true
  }
  try {
    await readThrough(decompressed(stored(), codecs, signal), format?.startCheck?.(options))
    if (!isRead) throw trailingBytes(codecs)
    if (codecs.length === 0) await format?.checkFile?.(path, signal)
  } catch (error) {
    signal?.throwIfAborted()
    const known = isEarlyClose(error) && !isRead ? trailingBytes(codecs) : fileError(error, 'read', path)
    throw withFileName(known, path)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/**
 * Starts a check for one that streams the content itself, before it is compressed. `undefined` when there is nothing that
 * can be checked in a stream: an unknown extension, or a format inside a codec or with random access, for which
 * `inspectFile` has to read the file.
 *
 * @throws UnsiloError `config` for an unknown `require`
 */
export async function startContentCheck(
  extension: string,
  require?: string,
  options: CheckOptions = {},
): Promise<FormatCheck | undefined> {
  const { codecs, format } = await claimOf(extension, require)
  return codecs.length === 0 ? format?.startCheck?.(options) : undefined
}

/** Whether there is nothing to check, in a stream or otherwise. @throws UnsiloError `config` for an unknown `require` */
export async function isUnclaimed(extension: string, require?: string): Promise<boolean> {
  const { codecs, format } = await claimOf(extension, require)
  return codecs.length === 0 && format === undefined
}

function decompressed(body: Bytes, codecs: readonly Codec[], signal: AbortSignal | undefined): Bytes {
  return codecs.reduce((inner, codec) => codec.decompress(inner, signal), body)
}

async function readThrough(body: Bytes, check: FormatCheck | undefined): Promise<void> {
  for await (const chunk of body) check?.write(chunk)
  check?.end()
}

/** True for what comes out of Node's streams when a codec is done, and closes its input, before the input is. */
function isEarlyClose(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR'
}

function trailingBytes(codecs: readonly Codec[]): UnsiloError {
  const names = codecs.map((codec) => codec.name).join(' in ')
  return new UnsiloError('wrong-content', `not whole ${names} data: other bytes follow its end`, {
    hint: 'The file is damaged, or something was appended to it; export it again.',
  })
}

function withFileName(error: unknown, path: string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'wrong-content') return error
  const { message, hint, retryable } = error
  const verb = message.startsWith('not ') ? ' is' : ':'
  return new UnsiloError('wrong-content', `${basename(path)}${verb} ${message}`, {
    retryable,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
