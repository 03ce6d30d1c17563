import type { Mount } from '../system/mount.ts'

/** What one line of a ledger can say. `docs/format.md` describes each for readers without unsilo. */
export type LedgerEvent =
  | StartedEvent
  | { event: 'resumed'; parcel: string; pid: number; host: string }
  | ParkedEvent
  | SkippedEvent
  | SealedEvent
  | RefusedEvent
  | { event: 'failed'; parcel: string; code: string; reason: string; hint?: string; tries: number; durationMs: number }
  | { event: 'accepted'; parcel: string }
  | { event: 'pruned'; removed: Record<string, string>; kept: Record<string, string> }
  | ThinnedEvent
  | { event: 'untrashed'; parcel: string }
  | { event: 'emptied'; removed: Record<string, string> }
  | PackedEvent
  | UnpackedEvent
  | CheckedEvent
  | WrittenEvent
  | PublishedEvent
  | WithdrawnEvent
  | VerifiedEvent
  | RestoredEvent
  | IntentEvent
  | DoneEvent

interface StartedEvent {
  event: 'started'
  parcel: string
  by: 'export' | 'ingest'
  pid: number
  host: string
  /** Where an ingested file lies, and when it was changed. */
  from?: string
  modified?: string
}

/** The export was broken off where it can go on: the next run continues the same parcel. */
export interface ParkedEvent {
  event: 'parked'
  parcel: string
  code: string
  reason: string
  /** Not before this time, which the source asked for. ISO 8601, UTC. */
  until?: string
}

/** The command said that there is nothing to export this time. That is no failure, and no parcel came of it. */
export interface SkippedEvent {
  event: 'skipped'
  parcel: string
  reason: string
  /** The last parcel is as new as what there is. */
  nothingNew?: true
}

export interface SealedEvent {
  event: 'sealed'
  parcel: string
  state: 'good' | 'suspect'
  /** Name of the file or folder in `data/`. */
  name: string
  files: number
  bytes: number
  /** Of the file; of a folder, that of its list of hashes (`log/ID.sha256`). Lower-case hexadecimal. */
  sha256: string
  tries?: number
  durationMs?: number
  /** Where an ingested file lay before. */
  from?: string
  /** It leaves out what earlier parcels hold, so those are still needed. */
  holds?: 'part'
  /** Of each stream that was asked for as a whole: how many records it has. */
  records?: Record<string, number>
  /** Of each stream with a cursor, or a largest id: the largest value that was ever seen, as the server writes it. */
  newest?: Record<string, string>
  /** Why the parcel is suspect. */
  doubts?: string[]
  /** Those of `doubts` that say what could not be had of the source. */
  incomplete?: string[]
  /** What a person should know of a parcel that may be good all the same. */
  warnings?: string[]
  /** Of a folder source: what its folders were mounted on, by their paths. */
  mounts?: Readonly<Record<string, Mount>>
  /** It is several archives that hold one tree between them. */
  split?: true
  /** True when a crash kept the line from being written at once, and the next run wrote it. */
  recovered?: true
}

/** What waits where `ingest.paths` finds it cannot be taken in. It is said once for each reason, not by every run. */
export interface RefusedEvent {
  event: 'refused'
  /** Where it lies. */
  from: string
  code: string
  reason: string
  hint?: string | undefined
}

/** Parcels that are about to go to `trash/`: all that the views want of them is in parcels that stay. */
interface ThinnedEvent {
  event: 'thinned'
  /** By parcel, where what it holds is. */
  removed: Record<string, string>
  /** The views that say what is wanted of old parcels: `thin.views`. */
  views: string[]
}

/** A pack is in its place, and every file in it was read back and compared. Its parcels may go from `data/` after this. */
export interface PackedEvent {
  event: 'packed'
  /** Its name in `data/`. */
  pack: string
  /** Of the pack. */
  bytes: number
  sha256: string
  /** All that it holds, oldest first. */
  parcels: string[]
}

/** Parcels of a pack are in `data/` by themselves again; the pack goes, or is written anew without them, after this. */
interface UnpackedEvent {
  event: 'unpacked'
  pack: string
  parcels: string[]
}

/** The checks of the views were asked, after an export or because they are new. It never has values of items. */
export interface CheckedEvent {
  event: 'checked'
  /** How many rules were asked. */
  rules: number
  /** How many of them failed, or could not be asked. */
  failures: number
  /** The first of those. */
  failed: { view: string; check: string; rule: string; message: string }[]
  /** Changes with the configuration of the checks. */
  mark: string
}

/** The files of a `[publish_view.NAME]` were written, or could not be. */
export interface WrittenEvent {
  event: 'written'
  /** The name of the block. */
  name: string
  files: number
  /** Files whose content is another one than before. */
  changed: number
  bytes: number
  /** The day in the dataset's time zone, as in 2026-03-01. */
  day: string
  /** Changes with the block. */
  mark: string
  /** Code of the error that nothing, or not all, was written for. */
  failed?: string
  /** Targets that have not got all files. */
  unsent?: string[]
}

/** A target has the whole parcel: the copy was checked against the hashes of the seal. */
export interface PublishedEvent {
  event: 'published'
  parcel: string
  /** Its name in `unsilo.toml`. */
  target: string
  files: number
  bytes: number
  /** As in the `sealed` line. */
  sha256: string
  /** How the copy was checked: every byte read back, by a hash that the place has made, or a part of it read back. */
  how: 'read back' | 'hash' | 'sample'
  /** Where it is there: of its file, or of its folder. */
  path: string
  folder?: true
  /** Only where it is encrypted: bytes and sha256 of what is stored there; of a folder, that of its list of hashes there. */
  stored?: { bytes: number; sha256: string }
}

/** A copy that the target's retention does not keep is removed there. */
export interface WithdrawnEvent {
  event: 'withdrawn'
  parcel: string
  target: string
  because: string
}

/** A parcel was read again, here or at a target, and compared with what was sealed. */
export interface VerifiedEvent {
  event: 'verified'
  parcel: string
  /** Where; missing: the root itself. */
  target?: string
  ok: boolean
  files: number
  bytes: number
  /** What was wrong, one sentence each; a few of them. */
  faults?: string[]
}

/** The dataset was brought back from a target; its earlier folder, with whatever is not here now, was lost. */
export interface RestoredEvent {
  event: 'restored'
  target: string
  /** How many parcels were brought back, each byte compared. */
  parcels: number
  /** Parcels that were sealed once and could not be brought back, with why. */
  lost: Record<string, string>
  /** Parcels whose records may have been deleted at their source, without a word of that in the ledger that was at the target. */
  drained?: string[]
}

/** Records that are about to be deleted at the source. Until a `done` names them, it is open whether they were. */
interface IntentEvent {
  event: 'intent'
  /** The parcel that holds them. */
  parcel: string
  stream: string
  records: IntentRecord[]
}

/** Names a record of a stream. */
export interface DrainedRecord {
  key: string
  /** Fields of its parents that tell its group from others. */
  for?: Record<string, unknown>
}

export interface IntentRecord extends DrainedRecord {
  /** Method and path. */
  request: string
  /** Of the record as it was then: see `recordHash`. */
  sha256: string
}

/** What became of records that an `intent` names. */
interface DoneEvent {
  event: 'done'
  parcel: string
  stream: string
  records: DoneRecord[]
  /** What was wrong after deletions, so that no more were tried. */
  alarm?: string
}

export interface DoneRecord extends DrainedRecord {
  /** The server's answer; none when it did not show the record any more. */
  status?: number
  /** It was not there any more. */
  gone?: true
  /** It was not deleted: the server shows another one by now, or it is not to be deleted any more. */
  kept?: 'changed' | 'unwanted'
}
