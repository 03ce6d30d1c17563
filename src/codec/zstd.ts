import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { UnsiloError } from '../errors.ts'
import { succeeds } from '../system/ask-program.ts'
import { hasOwnZstd } from '../system/machine.ts'
import type { Bytes, Codec } from './codec.ts'
import { damaged, throughTransform } from './gzip.ts'
import { throughProgram } from './through-program.ts'
import { compressPrinted } from './zstd-printed.ts'

interface ZstdOptions {
  params?: Record<number, number>
}

/** What Node.js has from 22.15 on, and `@types/node` for Node.js 20 does not know. */
interface NodeZstd {
  createZstdCompress?: (options?: ZstdOptions) => Transform
  createZstdDecompress?: (options?: ZstdOptions) => Transform
  constants: Record<string, number>
}

const nodeZstd = zlib as unknown as NodeZstd

/** zstd's own default, named so that it stays the same when the program's default changes. */
const level = 3
/** More threads are hardly faster than a command prints, and each holds some 15 MB. */
const threads = 2
/** Decoders refuse larger windows by default (RFC 8878 recommends 8 MB, the program allows 2^27). */
const longestWindowLog = 27

function compressInNode(): Transform | undefined {
  const { ZSTD_c_compressionLevel: levelKey, ZSTD_c_checksumFlag: checksumKey } = nodeZstd.constants
  if (nodeZstd.createZstdCompress === undefined || levelKey === undefined || checksumKey === undefined) return undefined
  return nodeZstd.createZstdCompress({ params: { [levelKey]: level, [checksumKey]: 1 } })
}

function compressLongInNode(): Transform | undefined {
  const {
    ZSTD_c_compressionLevel: levelKey,
    ZSTD_c_checksumFlag: checksumKey,
    ZSTD_c_windowLog: windowKey,
    ZSTD_c_enableLongDistanceMatching: longKey,
  } = nodeZstd.constants
  if (nodeZstd.createZstdCompress === undefined) return undefined
  if (levelKey === undefined || checksumKey === undefined || windowKey === undefined || longKey === undefined)
    return undefined
  const params = { [levelKey]: level, [checksumKey]: 1, [windowKey]: longestWindowLog, [longKey]: 1 }
  return nodeZstd.createZstdCompress({ params })
}

function decompressInNode(): Transform | undefined {
  const windowKey = nodeZstd.constants['ZSTD_d_windowLogMax']
  if (nodeZstd.createZstdDecompress === undefined || windowKey === undefined) return undefined
  return nodeZstd.createZstdDecompress({ params: { [windowKey]: longestWindowLog } })
}

const packParameters = [`-${level}`, `-T${threads}`]
// One thread: with more, the input is cut into jobs that see less of each other, and the result is larger.
const longParameters = [`-${level}`, `--long=${longestWindowLog}`, '--single-thread']
const unpackParameters = ['-d', `--memory=${2 ** (longestWindowLog - 20)}MB`]

/** For a Node.js that has no zstd of its own. */
function inProgram(body: Bytes, parameters: string[], signal: AbortSignal | undefined): Bytes {
  return throughProgram(body, ['zstd', '-q', ...parameters, '-c'], withInstall, signal)
}

function withInstall(error: unknown): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'missing-program') return error
  return new UnsiloError('missing-program', 'zstd is not installed, and this Node.js has none of its own', {
    hint: 'Install the zstd program (apt install zstd, brew install zstd), or use Node.js 22.15 or newer.',
    cause: error,
  })
}

/**
 * Decompresses files by one program, into a folder that is empty: `X.json.zst` becomes `X.json` there.
 *
 * @returns Whether all of them are there, whole; what is wrong with one, `decompress` tells.
 */
export function decompressFiles(paths: readonly string[], folder: string, signal: AbortSignal): Promise<boolean> {
  return succeeds(['zstd', '-q', ...unpackParameters, '--output-dir-flat', folder, '--', ...paths], { signal })
}

/** How far back `compressLong` finds what comes again, in bytes. */
export const longestMatchBytes = 2 ** longestWindowLog

/** As one frame of zstd that finds what comes again up to `longestMatchBytes` later, as in `zstd -3 --long=27`. */
export async function* compressLong(body: Bytes, signal?: AbortSignal): Bytes {
  const transform = compressLongInNode()
  yield* transform === undefined ? inProgram(body, longParameters, signal) : throughTransform(body, transform, signal)
}

export const zstd: Codec = {
  name: 'zstd',
  extension: 'zst',
  async *compress(body, signal) {
    const transform = compressInNode()
    yield* transform === undefined ? inProgram(body, packParameters, signal) : throughTransform(body, transform, signal)
  },
  compressPrinted: hasOwnZstd()
    ? undefined
    : (body, signal) => compressPrinted(body, { packParameters, unpackParameters, withInstall }, signal),
  async *decompress(body, signal) {
    const transform = decompressInNode()
    try {
      yield* transform === undefined
        ? inProgram(body, unpackParameters, signal)
        : throughTransform(body, transform, signal)
    } catch (error) {
      throw damaged(error, 'zstd')
    }
  },
}
