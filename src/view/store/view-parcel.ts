import type { ItemSource } from '../extract.ts'
import type { ParcelSource } from '../input/inputs.ts'
import type { KnownItems } from '../input/json/known-items.ts'
import type { BadItem } from '../item.ts'
import type { ParcelFacts } from '../merge.ts'

/** A parcel that a view is made of. */
export interface ViewParcel extends ParcelFacts {
  /** Tells its content from any other: the sha256 of its seal. */
  content: string
  /** Reads its items. @param known Those of the parcel before, which are read faster. */
  read(known: KnownItems | undefined): ItemSource
  /** What is wrong with the parcel itself; asked once it was read. @param hasErrors Something in it could not be read. */
  faults?(hasErrors: boolean): Promise<BadItem[]>
  /** Lets another thread read it; `undefined` where it has to be read here. */
  lend?: Lend | undefined
}

export interface Lend {
  /** By and large. */
  sizeBytes(): number
  /** Parcels are borrowed in their order, several at a time. */
  borrow(): Promise<LentSource>
}

export interface LentSource {
  source: ParcelSource
  release(): Promise<void>
}
