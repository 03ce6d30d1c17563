import { UnsiloError } from '../errors.ts'
import { sayBytes } from '../system/byte-files.ts'

/** An entry of an archive that is being read, as the archive tells of it; its name and target are not to be trusted. */
export interface StoredEntry {
  kind: 'file' | 'folder' | 'link' | 'hard link' | 'special'
  name: Buffer
  mode: number
  /** Since 1970, in ns. */
  modifiedNs: bigint
  /** Of links: what they name. */
  target: Buffer
  /** A file's content, to be read before the next entry is asked for. @throws UnsiloError `wrong-content` */
  body(): AsyncIterable<Uint8Array>
}

export function notWhole(format: string, reason: string, cause?: unknown): UnsiloError {
  return new UnsiloError('wrong-content', `not a whole ${format} archive: ${reason}`, {
    hint: 'The file is damaged or was cut off; take another copy of it.',
    cause,
  })
}

export function inEntry(name: Uint8Array, reason: string): string {
  return `entry "${sayBytes(name)}": ${reason}`
}
