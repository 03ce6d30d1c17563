/** What a file claims to be by its extension, and how to tell whether it keeps the claim. */
export interface Format {
  readonly name: string
  /** Extensions in lower case, without the dot. */
  readonly extensions: readonly string[]
  /** Starts a check that is fed the file's bytes from first to last. Absent when the format needs random access. */
  readonly startCheck?: () => FormatCheck
  /** Checks a whole file on disk, in constant memory. Absent when `startCheck` is there. */
  readonly checkFile?: (path: string, signal: AbortSignal | undefined) => Promise<void>
}

/** A streamed check. @throws UnsiloError `wrong-content` with the place of the first error, from either method */
export interface FormatCheck {
  /** The chunk may be reused by the caller after the call returns. */
  write(chunk: Uint8Array): void
  /** The file ends here. */
  end(): void
}
