/** One item, as it was found in a parcel. */
export interface FoundItem {
  /** As it stands in the parcel where that is JSON, byte for byte; else as we write it. Valid until the next one is asked for. */
  json: Uint8Array
  /** Inside the parcel; empty for a parcel of one file. */
  file: string
  /** Among what `KnownItems` was told of; `undefined`: it was told nothing of it. */
  place?: number
  /** What tells the parents of a record from others, of a stream that is asked for once for each: the first part of its key. */
  parents?: readonly string[]
  /** Of a kind of file in which all is text, as in CSV: a key that is empty there is none. */
  isText?: true
}

/** Items that were known, in the order in which they were. */
export interface FoundRun extends Pick<FoundItem, 'file' | 'parents' | 'isText'> {
  /** In `KnownItems`: so many from this one on. */
  first: number
  count: number
  /** Of the first one, as of an item; -1: it was told nothing of them. */
  place: number
}

/** What could not be read; the rest of the parcel goes on. */
export interface BadItem {
  problem: string
  file: string
  path?: string
  /** Of an item that was read, but has no key: the same item has the same. */
  hash?: string
  /** Nothing is wrong: a document was read as one item, and holds these, the longest first. */
  held?: HeldList[]
}

/** A list of objects in a document, which may be what the items are. */
export interface HeldList {
  /** As `items` is written. */
  path: string
  items: number
}

export type Found = FoundItem | FoundRun | BadItem
