import type { ParcelId } from '../../parcel/id.ts'
import { acknowledgements, hasCopy } from '../acknowledgements.ts'
import type { CopyManifest } from '../copies/manifest.ts'
import type { History } from '../history.ts'
import type { Place } from './place.ts'

/** What can be tried instead of a parcel that is damaged at a place. */
export function sayAlternatives(
  place: Pick<Place, 'name'>,
  { parcels }: CopyManifest,
  known: { history: History } | undefined,
  id: ParcelId,
): string {
  const said: string[] = []
  const copies = known === undefined ? undefined : acknowledgements(known.history)
  const targets = [...(copies?.get(id)?.keys() ?? [])].filter(
    (name) => name !== place.name && hasCopy(copies!, id, name),
  )
  if (targets.length > 0) said.push(`the same parcel from ${targets.join(', ')} (--from)`)
  const others = parcels.map((parcel) => parcel.id).filter((other) => other !== id)
  const nearest = others.findLast((other) => other < id) ?? others[0]
  if (nearest !== undefined) said.push(`another parcel, as ${nearest} (--parcel)`)
  return said.length === 0 ? 'There is no other parcel there.' : `Try ${said.join(', or ')}.`
}
