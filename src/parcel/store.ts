import type { Files, FolderEntry } from '../system/files.ts'
import { type ParcelId, splitParcelName } from './id.ts'
import type { Layout } from './layout.ts'
import { type Pack, type PackedParcel, readPacks } from './pack-file.ts'

/** Of the id that a name begins with. */
const idLength = 18

/** A parcel as it lies in `data/` or `incomplete/`. */
export interface StoredParcel {
  id: ParcelId
  /** Name of its file or folder. */
  name: string
  /** Everything after `ID.`, in lower case: `json.gz`; empty for a folder or a bare file. */
  extension: string
  /** Of one in a pack: where it was, and where nothing is now. */
  path: string
  isFolder: boolean
  /** Further entries with the same id. More than one entry for an id is a mistake, and nothing touches them. */
  others: string[]
  /** It is not there by itself, but in this pack. */
  packed?: PackedAt
}

/** Where in which pack a parcel is. */
export interface PackedAt {
  pack: Pack
  parcel: PackedParcel
}

/** The parcels in a folder, oldest first. Entries whose names do not begin with a parcel id are left out. */
export function listParcels(files: Files, folder: string): StoredParcel[] {
  return parcelsAmong(files.list(folder), folder)
}

function parcelsAmong(entries: readonly FolderEntry[], folder: string): StoredParcel[] {
  const parcels: StoredParcel[] = []
  for (const { name, kind } of entries) {
    const parts = splitParcelName(name)
    if (parts === undefined) continue
    const previous = parcels.at(-1)
    if (previous !== undefined && haveSameId(previous.name, name)) previous.others.push(name)
    else {
      const isFolder = kind === 'folder'
      const extension = isFolder ? '' : parts.extension.toLowerCase()
      parcels.push({ id: parts.id, name, extension, path: `${folder}/${name}`, isFolder, others: [] })
    }
  }
  return parcels
}

/** Of names that begin with ids. They differ near their ends, and cut out ids are compared ten times as slowly. */
function haveSameId(a: string, b: string): boolean {
  for (let index = idLength - 1; index >= 0; index--) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) return false
  }
  return true
}

/** All that is sealed: what lies in `data/` by itself, and what is in its packs. */
export interface SealedStore {
  /** Oldest first. One that is there by itself and in a pack, as after a crash, is the one by itself. */
  parcels: StoredParcel[]
  packs: Pack[]
}

export function listSealed(files: Files, { data, cache }: Pick<Layout, 'data' | 'cache'>): SealedStore {
  const entries = files.list(data)
  const parcels = parcelsAmong(entries, data)
  const packs = readPacks(
    files,
    data,
    cache,
    entries.map(({ name }) => name),
  )
  if (packs.length === 0) return { parcels, packs }
  const known = new Map(parcels.map((parcel) => [parcel.id, parcel]))
  for (const pack of packs) {
    for (const parcel of pack.index?.parcels ?? []) {
      if (!known.has(parcel.id)) known.set(parcel.id, storedInPack(data, { pack, parcel }))
    }
  }
  return { parcels: [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), packs }
}

function storedInPack(data: string, packed: PackedAt): StoredParcel {
  const { id, name, isFolder } = packed.parcel
  const extension = isFolder ? '' : splitParcelName(name)!.extension.toLowerCase()
  return { id, name, extension, path: `${data}/${name}`, isFolder, others: [], packed }
}
