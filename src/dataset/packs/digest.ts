import { createHash } from 'node:crypto'
import { hashLine } from '../../parcel/hash-list.ts'
import { headerOf, type PackEntry } from './entries.ts'

/** What a parcel is, by its content: the same on disk and in a pack. */
export interface ParcelDigest {
  files: number
  bytes: number
  /** As in its seal. */
  sha256: string
  /** Of all names, kinds, sizes, modes, times and links. */
  looks: string
}

/** Hashes a parcel while it passes. */
export interface Digester {
  /** The same entry, whose body has to be read to its end before the next one. */
  add(entry: PackEntry): PackEntry
  end(): ParcelDigest
}

export function openDigest(isFolder: boolean): Digester {
  const looks = createHash('sha256')
  const hashed: { path: string; sha256: string }[] = []
  let bytes = 0
  return {
    add(entry) {
      looks.update(headerOf(entry))
      if (entry.kind !== 'file') return entry
      async function* body(): AsyncGenerator<Uint8Array> {
        const hash = createHash('sha256')
        for await (const chunk of entry.body()) {
          hash.update(chunk)
          bytes += chunk.length
          yield chunk
        }
        hashed.push({ path: entry.name.toString('utf8'), sha256: hash.digest('hex') })
      }
      return { ...entry, body }
    },
    end() {
      const sha256 = isFolder ? sumOfList(hashed) : (hashed[0]?.sha256 ?? '')
      return { files: hashed.length, bytes, sha256, looks: looks.digest('hex') }
    },
  }
}

/** Of the list of hashes that a folder is sealed with, whose order is that of the names in each folder. */
function sumOfList(hashed: readonly { path: string; sha256: string }[]): string {
  const sorted = hashed
    .map((file) => ({ ...file, parts: file.path.split('/') }))
    .sort((a, b) => comparePaths(a.parts, b.parts))
  const list = createHash('sha256')
  for (const { path, sha256 } of sorted) list.update(hashLine(sha256, path))
  return list.digest('hex')
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index])
  // A file has no files below it, so none of two paths is the beginning of the other.
  return at === -1 || a[at]! < (b[at] ?? '') ? -1 : 1
}
