import type { ParcelId } from '../../parcel/id.ts'

/** Where at a target things of one dataset are. */
export interface CopyLayout {
  /** The folder of its records. */
  folder: string
  /** @param path Below `data/`: `ID.json`, `ID/photos/1.jpg`. */
  data(path: string): string
  /**
   * Where the same is put first, until all of its parcel is there and checked.
   *
   * @param mark Tells copies apart that two machines make of one id.
   */
  staged(path: string, mark: string): string
  /** The list of hashes of a parcel that is a folder. */
  hashes(id: ParcelId): string
  /** `config.toml` and the like. */
  record(name: string): string
}

/** `mirror`: as in the root. `daily`: parcels in a folder for each day (UTC), as pickup has them. */
export type LayoutKind = 'mirror' | 'daily'

/** @param folder Name of the dataset's folder. */
export function copyLayout(folder: string, kind: LayoutKind): CopyLayout {
  // A path begins with the id of its parcel, and that with its day.
  const dayOf = (path: string): string => path.slice(0, '2020-02-15'.length)
  return {
    folder,
    data: (path) => (kind === 'daily' ? `${dayOf(path)}/${folder}/${path}` : `${folder}/data/${path}`),
    staged(path, mark) {
      const [name, ...inside] = path.split('/')
      return [`${folder}/incomplete/${name}~${mark}`, ...inside].join('/')
    },
    hashes: (id) => `${folder}/log/${id}.sha256`,
    record: (name) => `${folder}/${name}`,
  }
}
