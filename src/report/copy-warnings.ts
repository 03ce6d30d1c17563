import { copiesAt } from '../dataset/acknowledgements.ts'
import { type CopyFacts, goodPlaces } from '../dataset/copies/places.ts'
import type { Context, Dataset } from '../dataset/dataset.ts'
import type { PublishPlan } from '../dataset/publish-plan.ts'
import { howToMend, sayDamage } from '../dataset/verify-alarm.ts'
import { type ParcelId, parcelTime } from '../parcel/id.ts'
import { freshnessOf } from '../schedule/freshness.ts'
import { overdue } from '../schedule/overdue.ts'
import { dayMs } from '../system/duration.ts'
import { type Warning, warningOf } from './warnings.ts'

/** Parcels that were not as they should be when they were verified last, here and at the targets of the dataset. */
export function damagedWarnings(dataset: Dataset, facts: CopyFacts): Warning[] {
  const { history, known, here } = facts
  const places = [
    { target: undefined, verdicts: [...here.values()].filter(({ parcel }) => history.get(parcel)?.isSealed === true) },
    ...dataset.targets.map(({ name }) => ({
      target: name,
      verdicts: copiesAt(known, name).flatMap(({ verdict }) => verdict ?? []),
    })),
  ]
  return places.flatMap(({ target, verdicts }): Warning[] => {
    const bad = verdicts.filter(({ ok }) => !ok).sort((a, b) => (a.parcel < b.parcel ? 1 : -1))
    const newest = bad[0]
    if (newest === undefined) return []
    const { parcel, faults = [], at } = newest
    const more = bad.length === 1 ? '' : `, nor are ${bad.length - 1} others${target === undefined ? '' : ' there'}`
    const when = `(verified ${at.slice(0, 16).replace('T', ' ')} UTC)`
    const good = goodPlaces(facts, dataset, parcel).map((place) => place.target)
    return [
      warningOf('damaged', {
        message: `${sayDamage(parcel, target)}${more}: ${faults.join('; ')} ${when}`,
        hint: howToMend(dataset, parcel, target, good),
        since: at,
      }),
    ]
  })
}

/** Good parcels that a target does not have yet. */
export interface Lacking {
  target: string
  /** The newest first; at least one. */
  parcels: readonly ParcelId[]
  /** When the first of them was there to be copied. */
  since: Date
  /** For longer than the newest parcel may be old. */
  isOld: boolean
}

export async function lackingAt(
  dataset: Dataset,
  context: Context,
  facts: CopyFacts,
  plan: PublishPlan,
): Promise<Lacking[]> {
  const found: Lacking[] = []
  for (const { target, parcels } of plan) {
    const since = parcels.map((id) => goodSince(facts, id)).reduce((a, b) => (a < b ? a : b))
    found.push({ target, parcels, since, isOld: await isOld(dataset, context, since) })
  }
  return found
}

/** A run copies what is lacking at once, so where that is old the target is away, or full, or nobody runs. */
export function unpublishedWarnings({ name }: Dataset, lacking: readonly Lacking[]): Warning[] {
  return lacking
    .filter((one) => one.isOld)
    .map(({ target, parcels, since }) =>
      warningOf('unpublished', {
        message:
          parcels.length === 1
            ? `${target} does not have the parcel ${parcels[0]!} yet`
            : `${target} does not have ${parcels.length} parcels yet, the newest of them ${parcels[0]!}`,
        hint: `See that ${target} is there, then \`unsilo run ${name}\`: it says what is wrong.`,
        since: since.toISOString(),
      }),
    )
}

/** An ingested parcel may be named by a time long ago. */
function goodSince({ history }: CopyFacts, id: ParcelId): Date {
  const sealed = history.get(id)?.ended
  return sealed === undefined ? parcelTime(id) : new Date(sealed.at)
}

/** Whether a newest parcel of this time would be late. Where none ever is, a day is enough for a copy. */
async function isOld({ config }: Dataset, { system }: Context, since: Date): Promise<boolean> {
  const now = system.clock.now()
  if (since >= now) return false
  const { schedule, maxAgeMs = schedule.kind === 'manual' ? dayMs : undefined } = config
  return overdue({ ...(await freshnessOf(schedule, [since], now)), maxAgeMs }).overdue
}
