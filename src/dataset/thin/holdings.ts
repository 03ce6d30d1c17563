import type { ParcelId } from '../../parcel/id.ts'
import type { ParcelVersions } from '../../view/store/read-versions.ts'

/** Where the versions are that a view finds in a parcel, if that goes. */
export interface Holding {
  view: string
  /** How many, one for each item. */
  versions: number
  /** The parcels that stay and have them, oldest first; of each version the latest before this parcel. */
  parcels: ParcelId[]
}

/**
 * The proof that a view loses nothing: finds each version of the parcels that go in one that stays.
 *
 * @param parcels All that the view is made of, oldest first.
 * @throws TypeError when one is in none: then they must not go
 */
export async function holdingsOf(
  view: string,
  parcels: AsyncIterable<ParcelVersions> | Iterable<ParcelVersions>,
  goes: ReadonlySet<ParcelId>,
): Promise<Map<ParcelId, Holding>> {
  const latest = new Map<string, { version: string; parcel: ParcelId }>()
  const holdings = new Map<ParcelId, Holding>()
  for await (const { id, versions } of parcels) {
    if (!goes.has(id)) {
      for (const { key, version } of versions) latest.set(key, { version, parcel: id })
      continue
    }
    const found = new Set<ParcelId>()
    let count = 0
    for (const { key, version } of versions) {
      const held = latest.get(key)
      if (held?.version !== version)
        throw new TypeError(`no parcel before ${id} has the same version of ${key} in ${view}`)
      found.add(held.parcel)
      count++
    }
    if (count > 0) holdings.set(id, { view, versions: count, parcels: [...found].sort() })
  }
  return holdings
}
