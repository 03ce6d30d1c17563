import { isDeepStrictEqual } from 'node:util'
import { type Item, itemKeys } from './item.ts'
import type { View } from './view.ts'

/** What a view showed at one moment: a parcel, before it was written. */
export interface Snapshot {
  readonly at: Date
  readonly view: View
  readonly items: readonly Item[]
}

/** One item, as far as a set of snapshots can tell. */
export interface Sighting {
  id: number
  firstSeen: Date
  lastSeen: Date
  /** The values seen, in order; one that returns after another stands again. */
  versions: SeenVersion[]
  /** Times when snapshots proved that the item was not listed. The last one is open if it never came back. */
  absences: Absence[]
}

interface SeenVersion {
  /** The value when first seen; ignored fields may have changed since. */
  item: Item
  firstSeen: Date
  lastSeen: Date
}

interface Absence {
  /** The first snapshot that proves it. */
  from: Date
  /** The snapshot that showed the item again. */
  until: Date | undefined
}

/**
 * All that snapshots can show, in any order of taking: every version visible and every absence that is proved. It is the
 * plain, slow model of merging that a view's implementation is compared with.
 */
export function sightingsIn(
  snapshots: readonly Snapshot[],
  ignored: readonly (keyof Item)[] = [],
): Map<number, Sighting> {
  const sightings = new Map<number, Sighting>()
  const latest = new Map<number, Item>()
  for (const { at, view, items } of snapshots.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    for (const item of items) {
      latest.set(item.id, item)
      const sighting = sightings.get(item.id)
      if (sighting === undefined) sightings.set(item.id, firstSighting(item, at))
      else see(sighting, item, at, ignored)
    }
    const shown = new Set(items.map((item) => item.id))
    for (const [id, item] of latest) {
      const { absences } = sightings.get(id)!
      const open = absences.length > 0 && absences.at(-1)?.until === undefined
      if (!shown.has(id) && !open && view.proves(item, items)) absences.push({ from: at, until: undefined })
    }
  }
  return sightings
}

/** Neighbours whose windows do not overlap: items that were listed only between the two may be in neither. */
export function gapsIn(snapshots: readonly Snapshot[]): { from: Date; until: Date }[] {
  const inOrder = snapshots.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return inOrder.slice(1).flatMap((later, index) => {
    const earlier = inOrder[index]!
    const shown = new Set(later.items.map((item) => item.id))
    const isFull = later.items.length >= later.view.most
    const overlaps = earlier.items.some((item) => shown.has(item.id) || later.view.proves(item, later.items))
    return isFull && !overlaps ? [{ from: earlier.at, until: later.at }] : []
  })
}

/** Times `intervalMs` apart, from `from` on and not after `until`. */
export function timesEvery(intervalMs: number, from: Date, until: Date): Date[] {
  const count = Math.floor((until.getTime() - from.getTime()) / intervalMs) + 1
  return Array.from({ length: count }, (_, index) => new Date(from.getTime() + index * intervalMs))
}

/** Whether two values are equal, the ignored fields aside. */
export function sameValue(a: Item | undefined, b: Item | undefined, ignored: readonly (keyof Item)[]): boolean {
  if (a === b || a === undefined || b === undefined) return a === b
  return itemKeys.every((key) => ignored.includes(key) || isDeepStrictEqual(a[key], b[key]))
}

function firstSighting(item: Item, at: Date): Sighting {
  return { id: item.id, firstSeen: at, lastSeen: at, versions: [{ item, firstSeen: at, lastSeen: at }], absences: [] }
}

function see(sighting: Sighting, item: Item, at: Date, ignored: readonly (keyof Item)[]): void {
  sighting.lastSeen = at
  const absence = sighting.absences.at(-1)
  if (absence !== undefined) absence.until ??= at
  const version = sighting.versions.at(-1)
  if (version !== undefined && sameValue(version.item, item, ignored)) version.lastSeen = at
  else sighting.versions.push({ item, firstSeen: at, lastSeen: at })
}
