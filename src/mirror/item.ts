import type { SchemaIssue } from '../system/standard-schema.ts'

/** What a view knows of an item, beside the item itself. Times are those of parcels. */
export interface ItemMeta {
  firstSeen: Date
  lastSeen: Date
  /** The first of the parcels that did not have it any more; `undefined` while it is there. */
  absentSince: Date | undefined
  /** How many versions it had. */
  versions: number
  /** The id of the parcel to look it up in. */
  parcel: string
}

/** An item that is as the schema says; without a schema, any. */
export interface ValidItem<Value> {
  ok: true
  key: string
  value: Value
  meta: ItemMeta
}

/** An item that is not as the schema says. */
export interface InvalidItem {
  ok: false
  key: string
  /** What the schema says of it; at least one. */
  issues: readonly SchemaIssue[]
  /** The item as it is. */
  raw: unknown
  meta: ItemMeta
}

/** What became of an item, and when. */
export interface ItemEvent<Value> {
  kind: 'new' | 'changed' | 'absent' | 'back'
  /** Time of the parcel. */
  time: Date
  /** Its id. */
  parcel: string
  /** 1, 2, …; of `absent` the one before, as of `back` where nothing changed. */
  version: number
  /** Top-level fields that differ from the version before. */
  changed: string[]
  /** `undefined` for `absent`. */
  item: ({ ok: true; value: Value } | { ok: false; issues: readonly SchemaIssue[]; raw: unknown }) | undefined
}

/** What could not be read of a parcel, or does not fit into its column. */
export interface ItemError {
  parcel: string
  /** Inside the parcel; empty for one of a single file. */
  file: string
  path: string | undefined
  problem: string
}
