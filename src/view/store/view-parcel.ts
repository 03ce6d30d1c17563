import type { ItemSource } from '../extract.ts'
import type { KnownItems } from '../input/json/known-items.ts'
import type { ParcelFacts } from '../merge.ts'

/** A parcel that a view is made of. */
export interface ViewParcel extends ParcelFacts {
  /** Tells its content from any other: the sha256 of its seal. */
  content: string
  /** Reads its items. @param known Those of the parcel before, which are read faster. */
  read(known: KnownItems | undefined): ItemSource
}
