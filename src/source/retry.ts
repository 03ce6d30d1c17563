import { type ErrorCode, UnsiloError } from '../errors.ts'
import { backoffMs } from '../system/backoff.ts'
import type { System } from '../system/system.ts'

/** Trying again at once cannot help against these. */
const hopeless: readonly ErrorCode[] = ['cancelled', 'missing-program', 'no-space', 'not-permitted', 'usage', 'config']

export interface RetryOptions {
  /** Tries in all, 1 or more. */
  tries: number
  signal: AbortSignal
  /** Called before each wait. */
  onFailure(error: UnsiloError, failures: number, waitMs: number): Promise<void>
}

/**
 * Calls `action` until it succeeds, up to `tries` times, with an exponential wait in between.
 *
 * @param action Gets the number of the try, from 1.
 * @throws The last error.
 */
export async function withRetries<T>(
  system: Pick<System, 'clock' | 'random'>,
  options: RetryOptions,
  action: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt)
    } catch (error) {
      const final = attempt >= options.tries || !(error instanceof UnsiloError) || hopeless.includes(error.code)
      if (final) throw error
      const waitMs = backoffMs(attempt, system.random())
      await options.onFailure(error, attempt, waitMs)
      await system.clock.sleep(waitMs, options.signal)
    }
  }
}
