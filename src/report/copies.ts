import { type CopyAt, type CopyFacts, placesOf } from '../dataset/copies/places.ts'
import type { Dataset } from '../dataset/dataset.ts'
import type { PublishPlan } from '../dataset/publish-plan.ts'
import type { ParcelId } from '../parcel/id.ts'
import { sayDuration } from '../system/duration.ts'

/** How many copies of the newest good parcel there are, in places that the dataset uses. */
export interface CopyMeter {
  parcel: ParcelId
  /** Places that have it, not damaged as far as is known: here and targets. */
  count: number
  /** When the one of them was checked whose check is longest ago; missing when one of them never was. */
  checkedAt?: string
  places: CopyAt[]
  /** Targets that do not have it yet. */
  lacking: string[]
  /** How many good parcels each target lacks; only of those that lack any. */
  unpublished: { target: string; parcels: number }[]
}

export function copyMeter(
  dataset: Pick<Dataset, 'targets'>,
  facts: CopyFacts,
  newestGood: ParcelId | undefined,
  plan: PublishPlan,
): CopyMeter | undefined {
  if (newestGood === undefined) return undefined
  const names = dataset.targets.map(({ name }) => name)
  const places = placesOf(facts, newestGood).filter(({ target }) => target === undefined || names.includes(target))
  const good = places.filter(({ ok }) => ok)
  const times = good.map(({ checkedAt }) => checkedAt ?? '').sort()
  return {
    parcel: newestGood,
    count: good.length,
    ...(times[0] ? { checkedAt: times[0] } : {}),
    places,
    lacking: names.filter((name) => facts.known.get(newestGood)?.has(name) !== true),
    unpublished: plan.map(({ target, parcels }) => ({ target, parcels: parcels.length })),
  }
}

/** Whether there is more to tell than that the parcel is here. */
export function isPublished({ places, lacking }: CopyMeter): boolean {
  return lacking.length > 0 || places.some(({ target }) => target !== undefined)
}

/** As in `2 days ago`. @param at Now. */
export function sayChecked({ checkedAt }: Pick<CopyMeter, 'checkedAt'>, at: string): string {
  return checkedAt === undefined ? 'never' : `${sayDuration(Math.max(0, Date.parse(at) - Date.parse(checkedAt)))} ago`
}

/** As in `here, vault; not yet at nas`. */
export function sayPlaces({ places, unpublished, lacking }: CopyMeter): string {
  const name = ({ target }: CopyAt): string => target ?? 'here'
  const damaged = places
    .filter(({ ok }) => !ok)
    .map((place) => `damaged ${place.target === undefined ? '' : 'at '}${name(place)}`)
  const missing = lacking.map((target) => {
    const count = unpublished.find((one) => one.target === target)?.parcels ?? 1
    return `not yet at ${target}${count > 1 ? ` (${count} parcels)` : ''}`
  })
  const good = places.filter(({ ok }) => ok).map(name)
  return [good.join(', '), ...damaged, ...missing].filter((part) => part !== '').join('; ')
}
