import type { Readable } from 'node:stream'
import type { Files } from '../system/files.ts'

/**
 * A place that parcels are copied to. It moves files; it knows nothing of datasets or retention.
 * Paths are relative to the place, with `/` between their parts, and never lead out of it.
 */
export interface Target {
  readonly kind: string
  /**
   * Yields the files below the folder `prefix`, in any order; none when it does not exist. `''` is the whole place.
   * What a `put` that was broken off has left is no file.
   */
  list(prefix: string, signal: AbortSignal): AsyncIterable<TargetFile>
  /**
   * Writes one file. A reader sees the old file or the new one, never part of it; on return it is durable.
   * `open` starts the body from its first byte, so that a wrapper can try again.
   *
   * @throws The body's own error, or an UnsiloError; either way the old file is untouched.
   */
  put(path: string, open: () => Readable, signal: AbortSignal): Promise<void>
  /** Reads one file. @throws UnsiloError `not-found` */
  get(path: string, signal: AbortSignal): Promise<Readable>
  /** Removes one file. A missing file is not an error. */
  remove(path: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface TargetFile {
  /** As `get` takes it: relative to the place, not to the prefix that was listed. */
  path: string
  sizeBytes: number
}

/** What a target may use of the machine that unsilo runs on. */
export interface TargetSurroundings {
  files: Files
  /** Where relative paths of a configuration start: the root folder, absolute. */
  root: string
}
