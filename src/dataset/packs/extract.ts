import { Destination } from '../../archive/destination.ts'
import type { PackEntry } from './entries.ts'

/**
 * Writes a parcel below a folder, with its names, modes and times; nothing is written outside of it, and no file that is there is
 * replaced. It is not synced.
 */
export async function extractParcel(
  entries: AsyncIterable<PackEntry>,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const destination = new Destination(folder)
  for await (const entry of entries) {
    signal.throwIfAborted()
    if (entry.kind === 'folder') destination.folder(entry)
    else if (entry.kind === 'link') destination.link(entry)
    else {
      const file = destination.file(entry)
      try {
        for await (const chunk of entry.body()) await file.write(chunk)
        file.setModeAndTime(entry)
      } catch (error) {
        file.discard()
        throw error
      }
      file.close()
    }
  }
  destination.finish()
}
