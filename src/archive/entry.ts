import type { SeenFile } from '../system/byte-files.ts'

/** Something that goes into an archive. Names are bytes, relative, with `/` between parts and none at the end. */
export type ArchiveEntry =
  | { kind: 'folder'; name: Buffer; seen: EntryInfo }
  | { kind: 'link'; name: Buffer; seen: EntryInfo; target: Buffer }
  /** A file on disk, which is read when its turn comes. */
  | { kind: 'file'; name: Buffer; path: Buffer; identity: SeenFile['identity'] }

export type EntryInfo = Pick<SeenFile, 'mode' | 'modifiedNs' | 'uid' | 'gid'>

/** How many of each are in an archive so far. */
export interface EntryCounts {
  /** Regular files; each name of a file with several names counts. */
  files: number
  folders: number
  links: number
}
