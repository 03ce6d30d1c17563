import type { BadItem } from '../item.ts'

/** Items that could not be read may be any of those that are not there. Plain values: they can be stored. */
export interface UnreadNotes {
  /** Items without a key that are in the last parcel, by their hashes: the first of the parcels in a row that have them. */
  since: Record<string, number>
  /** As of the last evidence parcel: since when absences are not known, and why. */
  hidden: Hidden | null
}

interface Hidden {
  /** The first of the evidence parcels in a row. */
  since: number
  /** Only those of items that were last seen before this parcel are not known; `null`: none is. */
  seenBefore: number | null
  problem: string
  file: string
  path: string | null
}

/**
 * Takes note of what could not be read in a parcel.
 *
 * An item without a key cannot be told from others; but what was in a parcel together with it is another item. So it hides the
 * absence only of items that were last seen before it.
 *
 * @returns The first parcel of which is known that items last seen there, or later, are none of those; Infinity: of none.
 */
export function noticeUnread(
  notes: UnreadNotes,
  errors: readonly BadItem[],
  parcel: number,
  isEvidence: boolean,
): number {
  const since: UnreadNotes['since'] = {}
  for (const { hash } of errors) if (hash !== undefined) since[hash] = notes.since[hash] ?? parcel
  notes.since = since
  const [first] = errors.filter(({ hash }) => hash === undefined)
  const from = first === undefined ? Math.max(0, ...Object.values(since)) : Infinity
  if (!isEvidence) return from
  const [told] = first === undefined ? errors : [first]
  if (told === undefined || from === 0) notes.hidden = null
  else {
    const { problem, file, path } = told
    const seenBefore = from === Infinity ? null : from
    notes.hidden = { since: notes.hidden?.since ?? parcel, seenBefore, problem, file, path: path ?? null }
  }
  return from
}
