import type { OrderValue } from '../order.ts'

/** All that is known of one item, as of the last parcel. Plain values: it can be stored. */
export interface Track {
  key: string
  /** Parcel ids, as are the next two. */
  firstSeen: string
  lastSeen: string
  absentSince: string | undefined
  /** How many versions there were; one that came again counts again. */
  versions: number
  version: string
  /** Its bytes when first and when last seen. */
  first: Uint8Array
  latest: Uint8Array
  order: OrderValue | undefined
  /** Evidence parcels in a row that lack it, from the first of them on. */
  missing: { parcel: string; at: Date; count: number } | undefined
  /** Bytes with the first value that is not empty, for each column that prefers it; `undefined` until there is one. */
  nonEmpty: (Uint8Array | undefined)[]
}
