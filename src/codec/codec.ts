import { gzip } from './gzip.ts'
import { zstd } from './zstd.ts'

export type CodecName = 'none' | 'gzip' | 'zstd'
export type Bytes = AsyncIterable<Uint8Array>

/** A way to make bytes smaller and to get them back, exactly. Both ways stream in constant memory. */
export interface Codec {
  readonly name: Exclude<CodecName, 'none'>
  /** What a compressed file's name ends with, without the dot. */
  readonly extension: string
  compress(body: Bytes, signal?: AbortSignal): Bytes
  /** @throws UnsiloError `wrong-content` when the bytes are damaged or end too early */
  decompress(body: Bytes, signal?: AbortSignal): Bytes
}

const codecs: readonly Codec[] = [gzip, zstd]

export function codecNamed(name: CodecName): Codec | undefined {
  return codecs.find((codec) => codec.name === name)
}

/** The codec whose files end in `extension` (`gz`, `zst`). */
export function codecForExtension(extension: string): Codec | undefined {
  return codecs.find((codec) => codec.extension === extension)
}
