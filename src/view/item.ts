/** One item, as it was found in a parcel. */
export interface FoundItem {
  /** As it stands in the parcel where that is JSON, byte for byte; else as we write it. Valid until the next one is asked for. */
  json: Uint8Array
  /** Inside the parcel; empty for a parcel of one file. */
  file: string
  /** Where the item stands in the list that `KnownItems` was made of; -1: it was looked for there in vain. */
  known?: number
  /** What tells the parents of a record from others, of a stream that is asked for once for each: the first part of its key. */
  parents?: readonly string[]
}

/** What could not be read; the rest of the parcel goes on. */
export interface BadItem {
  problem: string
  file: string
  path?: string
  /** Of an item that was read, but has no key: the same item has the same. */
  hash?: string
}
