/** One item, as it was found in a parcel. */
export interface FoundItem {
  /** As it stands in the parcel where that is JSON, byte for byte; else as we write it. Valid until the next one is asked for. */
  json: Uint8Array
  /** Inside the parcel; empty for a parcel of one file. */
  file: string
}

/** What could not be read; the rest of the parcel goes on. */
export interface BadItem {
  problem: string
  file: string
  path?: string
}
