import { UnsiloError } from '../../errors.ts'
import type { Files } from '../../system/files.ts'
import type { EarlierParcel } from '../source.ts'
import { keyOf } from './key.ts'
import { parseManifest, manifestName } from './manifest.ts'
import { readPages, sealedFolder } from './reader.ts'
import { groupKey } from './state.ts'
import { type StreamConfig, descendantsOf } from './stream.ts'

/** Enough to know the first pages again, and few enough to hold. */
const enough = 10_000

/** Keys of records, by the name of their group (`groupKey`). */
export type KnownKeys = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Keys of the newest records that earlier parcels hold of a stream. Only parcels in which the stream and its children are
 * complete count: below the records of another one there may be some that nobody has seen.
 */
export async function knownKeys(
  files: Files,
  earlier: readonly EarlierParcel[],
  stream: StreamConfig,
  all: readonly StreamConfig[],
): Promise<KnownKeys> {
  const family = [stream, ...descendantsOf(stream, all)].map(({ name }) => name)
  const known = new Map<string, Set<string>>()
  let count = 0
  const add = (group: string, key: string): void => {
    const keys = known.get(group) ?? new Set()
    known.set(group, keys)
    count -= keys.size
    count += keys.add(key).size
  }
  for (const { path } of earlier) {
    const folder = sealedFolder(files, path)
    const told = parseManifest(folder.readText(manifestName))?.streams
    if (told === undefined || !family.every((name) => told[name]?.complete === true)) continue
    try {
      for await (const { line, items } of readPages(folder, stream)) {
        const group = groupKey(stream, line.for ?? {})
        for (const item of items) {
          const key = keyOf(item, stream.key ?? [])
          if (key !== undefined) add(group, key)
        }
        if (count >= enough) return known
      }
    } catch (error) {
      // Of a parcel that was damaged since, as much is known as can be read: more is asked for than would have to be.
      if (!(error instanceof UnsiloError) && !(error instanceof SyntaxError)) throw error
    }
    if (told[stream.name]!.mode === 'full') return known
  }
  return known
}
