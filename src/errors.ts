/** Stable names of the failures that a user can act on. Programs may match on them; messages may change. */
export type ErrorCode =
  | 'auth'
  | 'busy'
  | 'cancelled'
  | 'check'
  | 'clash'
  | 'command-failed'
  | 'config'
  | 'corrupt'
  | 'empty'
  | 'git'
  | 'http'
  | 'incomplete'
  | 'io'
  | 'missing-program'
  | 'network'
  | 'no-space'
  | 'not-found'
  | 'not-permitted'
  | 'parked'
  | 'query'
  | 'timeout'
  | 'usage'
  | 'wrong-content'

/** Of what is damaged, and of a disk that does not take or give what it should: data may be at risk. */
export const riskCodes: ReadonlySet<string> = new Set<ErrorCode>(['corrupt', 'io', 'no-space'])

export interface ErrorDetails {
  /** What the user can do next, as a sentence. */
  hint?: string
  /** True when the same attempt may succeed later without anyone changing anything. */
  retryable?: boolean
  cause?: unknown
}

/** A failure that a user can act on. Anything else that is thrown is a bug, and keeps its stack trace. */
export class UnsiloError extends Error {
  override readonly name = 'UnsiloError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.retryable = details.retryable ?? false
  }
}

/** Returns `error` when it is one that a user can act on; throws it again when it is a bug. */
export function expectUnsiloError(error: unknown): UnsiloError {
  if (error instanceof UnsiloError) return error
  throw error
}
