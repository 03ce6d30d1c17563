/** What a file claims to be by its extension, and how to tell whether it keeps the claim. */
export interface Format {
  readonly name: string
  /** Extensions in lower case, without the dot. */
  readonly extensions: readonly string[]
  /** Starts a check that is fed the file's bytes from first to last. Absent when the format needs random access. */
  readonly startCheck?: (options?: CheckOptions) => FormatCheck
  /** Checks a whole file on disk, in constant memory. Absent when `startCheck` is there. */
  readonly checkFile?: (path: string, signal: AbortSignal | undefined) => Promise<void>
}

/** What the check of a file is told of files like it. */
export interface CheckOptions {
  /** Whether a last line of CSV is meant to have fewer fields than the first, as one with a sum: then it is not cut off. */
  isFooter?: ((line: Uint8Array) => boolean) | undefined
}

/** A streamed check. @throws UnsiloError `wrong-content` with the place of the first error, from either method */
export interface FormatCheck {
  /** The chunk may be reused by the caller after the call returns. */
  write(chunk: Uint8Array): void
  /** The file ends here. */
  end(): void
}
