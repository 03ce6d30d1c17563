import { readTar } from '../../archive/tar-read.ts'
import { codecNamed } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { type Pack, type PackFrame, type PackIndex, type PackedParcel, damagedPack } from '../../parcel/pack-file.ts'
import type { Files } from '../../system/files.ts'
import { type PackEntry, readEntry } from './entries.ts'

/** A pack whose index is known. */
export type ReadablePack = Pack & { index: PackIndex }

/** Reads parcels out of a pack. It is decompressed once, as long as they are asked for in their order. */
export interface PackReader {
  /**
   * What one parcel is. The entries' bodies, and the entries, are to be read before another parcel is asked for.
   * @throws UnsiloError `corrupt`
   */
  entries(parcel: PackedParcel): AsyncGenerator<PackEntry>
  close(): Promise<void>
}

export function openPackReader(files: Files, pack: ReadablePack, signal: AbortSignal): PackReader {
  const { frames, parcels } = pack.index
  let stream: AsyncGenerator<PackEntry> | undefined
  /** The entry that was read too far. */
  let next: PackEntry | undefined
  /** Of the parcel whose entries come next, among `parcels`. */
  let position = 0

  const close = async (): Promise<void> => {
    const open = stream
    stream = undefined
    next = undefined
    await open?.return(undefined)
  }

  /** Reads the entries of the parcel at `position`, to the first of the one after it. */
  async function* rest(): AsyncGenerator<PackEntry> {
    const { name } = parcels[position]!
    for (;;) {
      if (next === undefined) {
        const step = await stream!.next()
        if (step.done === true) break
        next = step.value
      }
      if (topOf(next) !== name) break
      const entry = next
      next = undefined
      yield entry
    }
    position += 1
  }

  return {
    async *entries(parcel) {
      const wanted = parcels.indexOf(parcel)
      const isAhead = stream !== undefined && wanted >= position && parcels[position]?.frame === parcel.frame
      try {
        if (!isAhead) {
          await close()
          position = parcels.findIndex(({ frame }) => frame === parcel.frame)
          stream = readEntries(files, pack.path, frames.slice(parcel.frame), signal)
        }
        while (position < wanted) for await (const _ of rest()) continue
        let isEmpty = true
        for await (const entry of rest()) {
          isEmpty = false
          yield entry
        }
        if (isEmpty) throw new UnsiloError('wrong-content', `${parcel.name} is not where its index says`)
      } catch (error) {
        await close().catch(() => undefined)
        throw asDamaged(error, pack.path, signal)
      }
    },
    close,
  }
}

/** The first part of its name: the parcel that it belongs to. */
export function topOf({ name }: PackEntry): string {
  const slash = name.indexOf(0x2f)
  return (slash === -1 ? name : name.subarray(0, slash)).toString('utf8')
}

/** Everything that is in these frames of a pack, in order. */
export async function* readEntries(
  files: Files,
  path: string,
  frames: readonly PackFrame[],
  signal: AbortSignal,
): AsyncGenerator<PackEntry> {
  const zstd = codecNamed('zstd')!
  async function* plain(): AsyncGenerator<Uint8Array> {
    for (const { at, bytes } of frames) yield* zstd.decompress(files.read(path, { from: at, bytes }), signal)
  }
  for await (const entry of readTar(plain())) yield readEntry(entry)
}

/** What is wrong with its content is told of the pack; what the disk says passes. */
export function asDamaged(error: unknown, path: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new UnsiloError('cancelled', 'interrupted', { cause: error })
  if (error instanceof UnsiloError && error.code === 'wrong-content') return damagedPack(path, error.message, error)
  return error
}
