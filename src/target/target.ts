import type { Readable } from 'node:stream'
import type { Clock } from '../system/clock.ts'
import type { Files } from '../system/files.ts'
import type { SecretReference } from '../system/schema.ts'

/**
 * A place that parcels are copied to. It moves files; it knows nothing of datasets or retention.
 * Paths are relative to the place, with `/` between their parts, and never lead out of it.
 */
export interface Target {
  readonly kind: string
  /** How many calls at a time it gains from; more do no harm. */
  readonly parallel: number
  /**
   * Yields the files below the folder `prefix`, in any order; none when it does not exist. `''` is the whole place.
   * What a `put` that was broken off has left is no file.
   */
  list(prefix: string, signal: AbortSignal): AsyncIterable<TargetFile>
  /**
   * Writes one file. A reader sees the old file or the new one, never part of it; on return it is as durable as the
   * place can make it. `open` starts the body, so that a wrapper can try again.
   *
   * @param known What the body is, where that is known before it is read: it lets an upload go on where it was broken off.
   * @throws The body's own error, or an UnsiloError; either way the old file is untouched.
   */
  put(path: string, open: OpenBody, signal: AbortSignal, known?: KnownBody): Promise<Arrival>
  /**
   * Writes many files, where that is cheaper than one by one; absent elsewhere. A file that could not be written is an error,
   * and the others may be there.
   */
  putAll?(files: readonly LocalFile[], signal: AbortSignal): Promise<Arrival>
  /** Reads one file, or a part of it. @throws UnsiloError `not-found` */
  get(path: string, signal: AbortSignal, range?: ByteRange): Promise<Readable>
  /**
   * Renames a file or a folder in one step, and makes the folders around its new name. Absent where the place has no such step.
   *
   * @throws UnsiloError `not-found`; `clash` when there is something at `to`
   */
  move?(from: string, to: string, signal: AbortSignal): Promise<void>
  /** Removes one file. A missing file is not an error. Folders that it leaves empty may stay or go. */
  remove(path: string, signal: AbortSignal): Promise<void>
  /** Removes a folder and everything in it; nothing there is no error. Absent where folders are only parts of names. */
  removeFolder?(path: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface TargetFile {
  /** As `get` takes it: relative to the place, not to the prefix that was listed. */
  path: string
  sizeBytes: number
}

/** Starts a body at byte `from`, 0 when it is missing. */
export type OpenBody = (from?: number) => Readable

export interface KnownBody {
  sizeBytes: number
  /** Lower-case hexadecimal. */
  sha256: string
}

/** A file of this machine. */
export interface LocalFile extends KnownBody {
  /** At the target. */
  path: string
  /** Here, absolute. */
  from: string
}

export interface ByteRange {
  from: number
  /** How many; a file may end before. */
  bytes: number
}

/**
 * What is known of a file once it has been put. `hashed`: the place has compared it, by a hash of its own, with what was sent.
 * `sent`: it has taken every byte. `resumed`: the same, but some bytes are those of an earlier upload that was broken off.
 */
export type Arrival = 'hashed' | 'sent' | 'resumed'

/** What a target may use of the machine that unsilo runs on. */
export interface TargetSurroundings {
  files: Files
  clock: Clock
  /** From 0 up to, not including, 1. */
  random(): number
  /** Where relative paths of a configuration start: the root folder, absolute. */
  root: string
  /** @param name The key of the configuration that refers to it, as in `targets.nas.password`. */
  readSecret(name: string, reference: SecretReference): Promise<string>
  /** What transfers may take together; a driver uses it only to tell a program that it runs, all else is slowed around it. */
  bytesPerSecond?: number
  /** Is told of the bytes of every transfer. */
  watch?: TransferWatch
}

/** Called with the bytes that have gone since the last call. Those of a try that failed count, too. */
export interface TransferWatch {
  sent: (bytes: number) => void
  received: (bytes: number) => void
}
