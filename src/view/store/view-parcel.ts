import type { FoundItem, BadItem } from '../item.ts'
import type { ParcelFacts } from '../merge.ts'

/** A parcel that a view is made of. */
export interface ViewParcel extends ParcelFacts {
  /** Tells its content from any other: the sha256 of its seal. */
  content: string
  /** Reads its items. */
  read(): AsyncIterable<FoundItem | BadItem>
}
