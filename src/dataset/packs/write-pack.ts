import { createHash } from 'node:crypto'
import { Gather } from '../../archive/gather.ts'
import { tarBlockBytes, tarPadding } from '../../archive/tar-header.ts'
import { compressLong, longestMatchBytes } from '../../codec/zstd.ts'
import { type PackFrame, type PackIndex, type PackedParcel, packTail } from '../../parcel/pack-file.ts'
import type { Files } from '../../system/files.ts'
import { type ParcelDigest, openDigest } from './digest.ts'
import { type PackEntry, headerOf } from './entries.ts'

/** A parcel on its way into a pack. */
export interface PackSource {
  parcel: Omit<PackedParcel, 'frame' | 'files' | 'bytes'>
  /** About how large it is. */
  sizeBytes: number
  entries(): AsyncIterable<PackEntry> | Iterable<PackEntry>
}

export interface WrittenPack {
  bytes: number
  sha256: string
  index: PackIndex
  /** Of each parcel, in order, as it went in. */
  digests: ParcelDigest[]
}

/** So much of a pack is decompressed at most to get at one parcel. */
const longestFrameBytes = 4 * 2 ** 30
/** GNU tar reads in records of so many bytes. */
const recordBytes = 20 * tarBlockBytes

/**
 * Says in which frame of its pack each parcel goes. A frame ends where it is long enough, and before a parcel too large to find
 * anything of the one before it again.
 */
export function framesOf(sizes: readonly number[]): number[] {
  let frame = 0
  let bytes = 0
  return sizes.map((size, index) => {
    if (index > 0 && (bytes + size > longestFrameBytes || size > longestMatchBytes)) {
      frame += 1
      bytes = 0
    }
    bytes += size
    return frame
  })
}

/**
 * Writes a pack, durably, as a new file at `path`: the archive, compressed, and the index behind it. The same parcels give the same bytes.
 *
 * @throws UnsiloError; the file is then left as far as it got
 */
export async function writePack(
  files: Files,
  path: string,
  sources: readonly PackSource[],
  signal: AbortSignal,
): Promise<WrittenPack> {
  const digests: ParcelDigest[] = []
  const frameOf = framesOf(sources.map(({ sizeBytes }) => sizeBytes))
  const frames: PackFrame[] = []
  let tarBytes = 0

  /** The archive's blocks of some of the parcels; with its end after the last of all. */
  async function* tar(some: readonly PackSource[], isLast: boolean): AsyncGenerator<Uint8Array> {
    const gather = new Gather()
    for (const source of some) {
      const digest = openDigest(source.parcel.isFolder)
      for await (const found of source.entries()) {
        signal.throwIfAborted()
        const entry = digest.add(found)
        yield* gather.add(headerOf(entry))
        for await (const chunk of entry.body()) yield* gather.pass(chunk)
        if (entry.kind === 'file') yield* gather.add(tarPadding(entry.sizeBytes))
      }
      digests.push(digest.end())
    }
    tarBytes += gather.total
    if (isLast) {
      const end = 2 * tarBlockBytes
      yield* gather.add(Buffer.alloc(end + ((recordBytes - ((tarBytes + end) % recordBytes)) % recordBytes)))
    }
    yield* gather.flush()
  }

  const hash = createHash('sha256')
  let bytes = 0
  const sink = await files.create(path)
  try {
    const add = async (chunk: Uint8Array): Promise<void> => {
      hash.update(chunk)
      bytes += chunk.length
      await sink.write(chunk)
    }
    const last = frameOf.at(-1) ?? 0
    for (let frame = 0; frame <= last; frame++) {
      const at = bytes
      const some = sources.filter((_, index) => frameOf[index] === frame)
      for await (const chunk of compressLong(tar(some, frame === last), signal)) await add(chunk)
      frames.push({ at, bytes: bytes - at })
    }
    const parcels = sources.map(({ parcel: { id, name, isFolder, sha256 } }, index): PackedParcel => {
      const { files: count, bytes: size } = digests[index]!
      return { id, name, isFolder, files: count, bytes: size, sha256, frame: frameOf[index]! }
    })
    const index = { frames, parcels }
    await add(packTail(index))
    await sink.sync()
    return { bytes, sha256: hash.digest('hex'), index, digests }
  } finally {
    await sink.close()
  }
}
