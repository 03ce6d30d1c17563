import { UnsiloError } from '../errors.ts'
import { sayDuration } from '../system/duration.ts'

/** Ends a source that works without a program of its own, at an interrupt or when it has taken too long. */
export interface TimeLimit {
  signal: AbortSignal
  /** What to throw instead of an error that the end of the signal has caused. */
  explain(error: unknown): unknown
}

export function limitTime(signal: AbortSignal, timeoutMs: number | undefined): TimeLimit {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  return {
    signal: timeout === undefined ? signal : AbortSignal.any([signal, timeout]),
    explain(error) {
      if (signal.aborted) return new UnsiloError('cancelled', 'interrupted', { cause: error })
      if (timeout?.aborted !== true) return error
      return new UnsiloError('timeout', `the export took longer than ${sayDuration(timeoutMs!)} and was ended`, {
        hint: 'If it needs that long, raise `timeout` in config.toml.',
        retryable: true,
      })
    },
  }
}
