import { gzip } from './gzip.ts'
import type { Printed } from './printed.ts'
import { zstd } from './zstd.ts'

export type CodecName = 'none' | 'gzip' | 'zstd'
export type Bytes = AsyncIterable<Uint8Array>

/** A way to make bytes smaller and to get them back, exactly. Both ways stream in constant memory. */
export interface Codec {
  readonly name: Exclude<CodecName, 'none'>
  /** What a compressed file's name ends with, without the dot. */
  readonly extension: string
  compress(body: Bytes, signal?: AbortSignal): Bytes
  /**
   * Compresses what a program prints, and lets its proof read what comes of that, decompressed again. It ends only when the
   * program ended well and the proof holds. `undefined` where the codec is no program.
   */
  compressPrinted: ((body: Printed, signal?: AbortSignal) => Bytes) | undefined
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
