import type { ViewDefinition } from '../definition.ts'
import { isAfter } from '../order.ts'
import type { ParcelVersions } from '../store/read-versions.ts'
import { isRange } from './needs.ts'

interface Shown {
  id: string
  keys: ReadonlySet<string>
  bounds: ParcelVersions['bounds']
}

/**
 * Parcels that have to stay for a gap neither to appear nor to vanish: those at both sides of one that there is, and as many of the
 * others as it takes for each parcel that stays to overlap the next one that does. None for a view without a window.
 *
 * Each parcel is taken for one that shows as much as it can, so two of them overlap here only when they do in any case.
 *
 * @param parcels All that the view is made of, oldest first. @param stays Whether a parcel stays for another reason.
 */
export async function bridgesOf(
  { window }: ViewDefinition,
  parcels: AsyncIterable<ParcelVersions> | Iterable<ParcelVersions>,
  stays: (id: string) => boolean,
): Promise<Set<string>> {
  const bridges = new Set<string>()
  if (window === 'all') return bridges
  let kept: Shown | undefined
  let before: Shown | undefined
  for await (const parcel of parcels) {
    const keys = new Set<string>()
    for (const { key } of parcel.versions) keys.add(key)
    if (!parcel.isEvidence || !isRange(parcel, keys.size)) continue
    const shown: Shown = { id: parcel.id, keys, bounds: parcel.bounds }
    if (before === undefined || kept === undefined) {
      bridges.add(shown.id)
      kept = shown
    } else if (!overlap(before, shown)) {
      bridges.add(before.id).add(shown.id)
      kept = shown
    } else if (before !== kept && !overlap(kept, shown)) {
      // The one before overlapped it, or it would stay by now.
      bridges.add(before.id)
      kept = before
    }
    if (stays(shown.id)) kept = shown
    before = shown
  }
  return bridges
}

function overlap(earlier: Shown, later: Shown): boolean {
  if (isAfter(earlier.bounds?.high, later.bounds?.low)) return true
  for (const key of earlier.keys) if (later.keys.has(key)) return true
  return false
}
