import type { LocalFile } from '../target.ts'

/** Files of one parcel, to be hard links to those of a neighbour where they are the same. */
export interface LinkGroup {
  /** `X/data/ID`. */
  folder: string
  /** What is there before, relative to `folder`, as `--link-dest` takes it. */
  neighbour: string
  files: LocalFile[]
}

/** A folder of parcels that are folders, and the id of one. */
interface ParcelFolder {
  around: string
  id: string
}

/** Names that rsync's arguments take as they are, at either side. */
const parcelPath = /^((?:[\w.@+=, -]+\/)*?data)\/([\w.+-]+)\/./

/** The parcel that a file is in; `undefined` for files that are parcels themselves, records, and names with special characters. */
export function parcelFolderOf(path: string): ParcelFolder | undefined {
  const [, around, id] = parcelPath.exec(path) ?? []
  return around === undefined || id === undefined || around.startsWith('-') ? undefined : { around, id }
}

/** The nearest earlier parcel, or the nearest later one where there is none earlier. Ids sort by time as text. */
export function nearestNeighbour(id: string, ids: Iterable<string>): string | undefined {
  let before: string | undefined
  let after: string | undefined
  for (const other of ids) {
    if (other < id && (before === undefined || other > before)) before = other
    if (other > id && (after === undefined || other < after)) after = other
  }
  return before ?? after
}

/**
 * Divides files into those that may become hard links and the rest, in an order in which each neighbour is there first.
 *
 * @param there Names in the folders that hold parcels, as `parcelFolderOf` calls them.
 */
export function planLinks(
  files: readonly LocalFile[],
  there: ReadonlyMap<string, ReadonlySet<string>>,
): { rest: LocalFile[]; groups: LinkGroup[] } {
  const rest: LocalFile[] = []
  const parcels = new Map<string, { parcel: ParcelFolder; files: LocalFile[] }>()
  for (const file of files) {
    const parcel = parcelFolderOf(file.path)
    if (parcel === undefined) {
      rest.push(file)
      continue
    }
    const folder = `${parcel.around}/${parcel.id}`
    const known = parcels.get(folder)
    if (known === undefined) parcels.set(folder, { parcel, files: [file] })
    else known.files.push(file)
  }
  const ids = new Map([...there].map(([around, names]) => [around, new Set(names)]))
  const groups: LinkGroup[] = []
  for (const [folder, { parcel, files: own }] of [...parcels].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = ids.get(parcel.around) ?? new Set<string>()
    const neighbour = nearestNeighbour(parcel.id, known)
    if (neighbour === undefined) rest.push(...own)
    else groups.push({ folder, neighbour: `../${neighbour}`, files: own })
    ids.set(parcel.around, known.add(parcel.id))
  }
  return { rest, groups }
}
