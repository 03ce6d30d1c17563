import type { Bytes } from '../codec/codec.ts'
import type { ErrorCode } from '../errors.ts'
import type { FileSink } from '../system/files.ts'
import type { Mount } from '../system/mount.ts'

/** Where a source puts what it exports; it can write nowhere else. */
export interface ParcelSink {
  /** A path without extension: a program appends its own extension, or makes a folder of this name. */
  readonly path: string
  /**
   * Streams the parcel's one file, `ID.extension`.
   *
   * @param madeBy `unsilo`: its own writer has made the body, whose form is then only checked when the configuration asks for it.
   * @throws UnsiloError `empty`, `wrong-content`
   */
  write(extension: string, body: Bytes | Iterable<Uint8Array>, madeBy?: 'unsilo'): Promise<void>
  /** Makes the parcel a folder that is filled file by file. What an earlier try has left in it is still there. */
  folder(): Promise<ParcelFolder>
  /** Bytes that have arrived so far, for progress and to notice silence. */
  bytesSoFar(): number
}

/** A parcel that is a folder, while it is being filled. Paths are relative to it, with `/`. */
export interface ParcelFolder {
  /** Paths of the files that are there, in order. */
  paths(): string[]
  /** Writes a new file, compressed when the dataset says so; it is durable on return. */
  create(path: string, body: Bytes | Iterable<Uint8Array>): Promise<StoredFile>
  /** Replaces a small text file: a crash leaves the old one or the new one. It is never compressed. */
  replace(path: string, text: string): Promise<void>
  /** Opens a file to add to its end; one that is new is durable as a name. */
  append(path: string): Promise<FileSink>
  /** A file's bytes, decompressed. */
  read(path: string): Bytes
  /** `undefined` when there is no such file. */
  readText(path: string): string | undefined
  /** Cuts a file off after so many bytes. */
  truncate(path: string, bytes: number): Promise<void>
  remove(path: string): Promise<void>
  /** Removes everything in it. */
  clear(): Promise<void>
}

interface StoredFile {
  /** The path, with the extension of the codec. */
  path: string
  /** Before it was compressed; those in the file, where a program printed them straight into the codec (`Printed`). */
  bytes: number
  /** Of the same bytes. Lower-case hexadecimal. */
  sha256: string
}

/** What a source's program prints, kept as it prints it. */
export interface ExportLogs {
  out: FileSink
  err: FileSink
  /** Bytes in both so far. */
  bytesSoFar(): number
  /** The last line of `err`, fit to stand in a message; empty when there is none. */
  lastComplaint(): string
}

/** An earlier parcel of the same dataset that can be relied on. */
export interface EarlierParcel {
  id: string
  /** Its file or folder. */
  path: string
}

export interface ExportContext {
  parcelId: string
  datasetPath: string
  logs: ExportLogs
  signal: AbortSignal
  /** Newest first. What a suspect parcel says is not relied on, unless it is only incomplete. */
  earlier: readonly EarlierParcel[]
  /** What the newest good parcel that tells it was made from: the mount of each folder. */
  mounts?: Readonly<Record<string, Mount>> | undefined
}

/** What there is to say of an export that has ended without an error. */
export interface ExportNotes {
  /** `part`: what the source had already given in earlier parcels is left out, so those are still needed. */
  holds: 'all' | 'part'
  /** What could not be had, one sentence each. None: the parcel is complete. */
  incomplete: string[]
  /** What a person should know, one sentence each. */
  warnings: string[]
  /** Of each stream that was asked for as a whole, and given: how many records it has. Far fewer than usual are a doubt. */
  records?: Record<string, number> | undefined
  /** Of each stream that says how new its records are: the largest value that was ever seen. It used to grow. */
  newest?: Record<string, string> | undefined
  /** What the folders that it was made from were mounted on, by their paths. */
  mounts?: Readonly<Record<string, Mount>>
  /** It is several archives that hold one tree between them. */
  split?: true
  /** It was broken off where it can go on: the next run continues the same parcel, not before `until`. */
  parked?: { code: ErrorCode; because: string; until: Date | undefined }
  /** It says that there is nothing to export this time: no parcel comes of it, and that is no failure. */
  skipped?: Skipped
}

export interface Skipped {
  because: string
  /** The last parcel is as new as what there is; else it could only not be told this time. */
  nothingNew: boolean
}

export const nothingToNote: ExportNotes = { holds: 'all', incomplete: [], warnings: [] }

/** Where a dataset's data comes from. It makes one parcel; it knows nothing of schedules, retries or retention. */
export interface Source {
  readonly kind: string
  /** Goes on with what an earlier try has left in the sink's folder, instead of beginning again. */
  readonly resumes: boolean
  /** Writes everything there is to `sink`. @throws UnsiloError; the parcel is then failed. */
  export(sink: ParcelSink, context: ExportContext): Promise<ExportNotes>
}
