import type { ViewDefinition } from '../definition.ts'
import type { HeldVersion, ParcelVersions } from '../store/read-versions.ts'
import { provesAbsence } from '../merge/window.ts'
import { createRuns } from './runs.ts'

/**
 * Why a view cannot do without a parcel.
 * - `only`, `first`, `last`: it is the only, the first or the last one that shows versions as they were then.
 * - `absent`: it proves that items were gone.
 * - `fields`: it is the first or the last one with a field as it was then, or the first without it.
 * - `recent`: how much headroom the interval has is worked out from it.
 * - `errors`: not all of it could be read; `after-errors`: it shows that this was over. `duplicates`: of items with the same key, the view has the last one only.
 */
export type NeedKind =
  | 'only'
  | 'first'
  | 'last'
  | 'absent'
  | 'fields'
  | 'recent'
  | 'errors'
  | 'after-errors'
  | 'duplicates'

export interface Need {
  kind: NeedKind
  /** How many versions, items or fields; of `recent`, how many parcels there are of that kind. */
  count: number
  /** A key, or the name of a field; empty where there is none. */
  example: string
}

/** What a view needs parcels for, when its tables, and what is told of it, are to stay as they are. */
export interface ViewNeeds {
  /** By parcel; one that is not there can go, as far as this view is concerned. */
  needs: Map<string, Need[]>
  /** Parcels in which it finds an item. */
  found: Set<string>
}

/** As many parcels of late as `Headroom` is worked out from: one more than there are steps. */
const recentParcels = 11

/** @param parcels All that the view is made of, oldest first. */
export async function needsOf(
  definition: ViewDefinition,
  parcels: AsyncIterable<ParcelVersions> | Iterable<ParcelVersions>,
): Promise<ViewNeeds> {
  const ids: string[] = []
  const tally = createTally()
  const found = new Set<string>()
  const ranges: number[] = []
  const orders = new Map<string, HeldVersion['order']>()
  const items = createRuns(definition.absent, tally.add)
  const addField = (place: number, _: unknown, field: string): void => tally.add(place, 'fields', field)
  const atOnce = { mark: true, parcels: 1, days: 0 }
  const fields = createRuns(atOnce, addField)
  // That a field has vanished is told when enough parcels that prove something had it.
  const provenFields = createRuns(atOnce, addField)
  let wasDamaged = false
  for await (const parcel of parcels) {
    const place = ids.push(parcel.id) - 1
    let count = 0
    for (const { key, version, order } of parcel.versions) {
      count++
      // What is ignored may be what items are ordered by: that, too, says what a later parcel proves.
      items.see(key, order === undefined ? version : `${version} ${typeof order} ${order}`, place)
      if (definition.window !== 'all') orders.set(key, order)
    }
    if (count > 0) found.add(parcel.id)
    if (parcel.errors > 0) tally.add(place, 'errors', '', parcel.errors)
    if (parcel.duplicates > 0) tally.add(place, 'duplicates', '', parcel.duplicates)
    const { isEvidence, isFull, bounds, at } = parcel
    if (isEvidence && definition.absent.mark) {
      if (parcel.errors > 0) items.doubt(place)
      else items.miss(place, at, (key) => provesAbsence(isFull, bounds, orders.get(key)))
    }
    // An error that is in parcels in a row is taken for the same one; what breaks the row stays.
    if (wasDamaged && parcel.errors === 0) tally.add(place, 'after-errors', '')
    wasDamaged = parcel.errors > 0
    if (isEvidence && definition.window !== 'all' && isRange(parcel, count)) ranges.push(place)
    if (count === 0) continue
    for (const [field, types] of parcel.fields) {
      const version = [...types]
        .filter((type) => type !== 'null')
        .sort()
        .join()
      fields.see(field, version, place)
      if (isEvidence) provenFields.see(field, version, place)
    }
    if (!isEvidence) continue
    fields.miss(place, at, () => true)
    provenFields.miss(place, at, () => true)
  }
  for (const runs of [items, fields, provenFields]) runs.end()
  for (const place of ranges.slice(-recentParcels))
    tally.add(place, 'recent', '', Math.min(ranges.length, recentParcels))
  return { needs: new Map([...tally.byPlace()].map(([place, needs]) => [ids[place]!, needs])), found }
}

/** Whether a parcel says where its window is: one of which nothing could be read does not. */
export function isRange({ errors }: Pick<ParcelVersions, 'errors'>, items: number): boolean {
  return items > 0 || errors === 0
}

interface Tally {
  add(place: number, kind: NeedKind, example: string, count?: number): void
  byPlace(): Iterable<[number, Need[]]>
}

function createTally(): Tally {
  const places = new Map<number, Map<NeedKind, Need>>()
  return {
    add(place, kind, example, count = 1) {
      const kinds = places.get(place) ?? new Map<NeedKind, Need>()
      places.set(place, kinds)
      const need = kinds.get(kind)
      if (need === undefined) kinds.set(kind, { kind, count, example })
      else need.count += count
    },
    *byPlace() {
      for (const [place, kinds] of places) yield [place, [...kinds.values()]]
    },
  }
}
