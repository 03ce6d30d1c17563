import type { Files } from '../system/files.ts'
import { type ParcelId, splitParcelName } from './id.ts'

/** A parcel as it lies in `data/` or `incomplete/`. */
export interface StoredParcel {
  id: ParcelId
  /** Name of its file or folder. */
  name: string
  /** Everything after `ID.`, in lower case: `json.gz`; empty for a folder or a bare file. */
  extension: string
  path: string
  isFolder: boolean
  /** Further entries with the same id. More than one entry for an id is a mistake, and nothing touches them. */
  others: string[]
}

/** The parcels in a folder, oldest first. Entries whose names do not begin with a parcel id are left out. */
export function listParcels(files: Files, folder: string): StoredParcel[] {
  const parcels: StoredParcel[] = []
  for (const { name, kind } of files.list(folder)) {
    const parts = splitParcelName(name)
    if (parts === undefined) continue
    const previous = parcels.at(-1)
    if (previous?.id === parts.id) previous.others.push(name)
    else {
      const isFolder = kind === 'folder'
      const extension = isFolder ? '' : parts.extension.toLowerCase()
      parcels.push({ id: parts.id, name, extension, path: `${folder}/${name}`, isFolder, others: [] })
    }
  }
  return parcels
}
