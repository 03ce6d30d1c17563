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

/**
 * Keys of the newest records that earlier parcels hold of a stream, each with its group. Only parcels in which the stream and
 * its children are complete count: below the records of another one there may be some that nobody has seen.
 */
export async function knownKeys(
  files: Files,
  earlier: readonly EarlierParcel[],
  stream: StreamConfig,
  all: readonly StreamConfig[],
): Promise<Set<string>> {
  const family = [stream, ...descendantsOf(stream, all)].map(({ name }) => name)
  const known = new Set<string>()
  for (const { path } of earlier) {
    const folder = sealedFolder(files, path)
    const told = parseManifest(folder.readText(manifestName))?.streams
    if (told === undefined || !family.every((name) => told[name]?.complete === true)) continue
    try {
      for await (const { line, items } of readPages(folder, stream)) {
        for (const item of items) {
          const key = keyOf(item, stream.key ?? [])
          if (key !== undefined) known.add(knownKey(groupKey(stream, line.for ?? {}), key))
        }
        if (known.size >= enough) return known
      }
    } catch (error) {
      // Of a parcel that was damaged since, as much is known as can be read: more is asked for than would have to be.
      if (!(error instanceof UnsiloError) && !(error instanceof SyntaxError)) throw error
    }
    if (told[stream.name]!.mode === 'full') return known
  }
  return known
}

export function knownKey(group: string, key: string): string {
  return `${group}\n${key}`
}
