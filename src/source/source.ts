import type { Bytes } from '../codec/codec.ts'
import type { FileSink } from '../system/files.ts'

/** Where a source puts what it exports; it can write nowhere else. */
export interface ParcelSink {
  /** A path without extension: a program appends its own extension, or makes a folder of this name. */
  readonly path: string
  /** Streams the parcel's one file, `ID.extension`. @throws UnsiloError `empty`, `wrong-content` */
  write(extension: string, body: Bytes): Promise<void>
  /** Bytes that have arrived so far, for progress and to notice silence. */
  bytesSoFar(): number
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

export interface ExportContext {
  parcelId: string
  datasetPath: string
  logs: ExportLogs
  signal: AbortSignal
}

/** Where a dataset's data comes from. It makes one parcel; it knows nothing of schedules, retries or retention. */
export interface Source {
  readonly kind: string
  /** Writes everything there is to `sink`. @throws UnsiloError; the parcel is then failed. */
  export(sink: ParcelSink, context: ExportContext): Promise<void>
}
