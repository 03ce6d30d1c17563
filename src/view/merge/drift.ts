/** A change of the form of items. `field` is a top-level one. */
export interface Drift {
  /** The first parcel that shows it. */
  parcel: string
  field: string
  kind: 'appeared' | 'vanished' | 'type'
  /** JSON types: those known before, and those that came. */
  before: string[]
  after: string[]
}

/** Plain values: they can be stored. */
export interface FieldTrack {
  types: string[]
  /** Evidence parcels that have it, and the first one after them that has not. */
  seenIn: number
  missingSince: string | undefined
  /** It has gone and come again: then it is merely rare. */
  isRare: boolean
}

export type FieldTracks = Map<string, FieldTrack>

/** The top-level fields of a parcel's items. */
export interface ParcelFields {
  parcel: string
  /** With the JSON types seen. */
  fields: ReadonlyMap<string, ReadonlySet<string>>
  hasItems: boolean
}

/**
 * Takes note of a parcel's fields. Told are fields that were in no parcel before, and types that they never had (null aside, which
 * says nothing of the type).
 */
export function noticeFields(
  tracks: FieldTracks,
  { parcel, fields, hasItems }: ParcelFields,
  isEvidence: boolean,
): Drift[] {
  const drift: Drift[] = []
  if (!hasItems) return drift
  const isFirst = tracks.size === 0
  for (const [field, seen] of fields) {
    const types = [...seen].filter((type) => type !== 'null').sort()
    const track = tracks.get(field)
    if (track === undefined) {
      tracks.set(field, { types, seenIn: isEvidence ? 1 : 0, missingSince: undefined, isRare: false })
      if (!isFirst) drift.push({ parcel, field, kind: 'appeared', before: [], after: types })
      continue
    }
    const after = types.filter((type) => !track.types.includes(type))
    if (after.length > 0 && track.types.length > 0)
      drift.push({ parcel, field, kind: 'type', before: track.types, after })
    track.types = [...track.types, ...after].sort()
    track.isRare ||= track.missingSince !== undefined
    track.missingSince = undefined
    if (isEvidence) track.seenIn++
  }
  if (isEvidence) for (const [field, track] of tracks) if (!fields.has(field)) track.missingSince ??= parcel
  return drift
}

/** Fields that were in every parcel for a while, and are in none since. */
export function vanishedFields(tracks: FieldTracks): Drift[] {
  return [...tracks].flatMap(([field, { types, seenIn, missingSince, isRare }]) =>
    missingSince === undefined || isRare || seenIn < 2
      ? []
      : [{ parcel: missingSince, field, kind: 'vanished' as const, before: types, after: [] }],
  )
}

/** The fields that items of some shapes have. @param shapes As `ReadItem` has them. */
export function fieldsOf(shapes: Iterable<string>): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>()
  for (const shape of shapes) {
    for (const [field, type] of Object.entries(JSON.parse(shape) as Record<string, string>)) {
      const types = fields.get(field)
      if (types === undefined) fields.set(field, new Set([type]))
      else types.add(type)
    }
  }
  return fields
}
