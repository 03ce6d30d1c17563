import type { Clock } from '../system/clock.ts'

/** Time that only ever goes on, at the speed of the world, also while the machine sleeps; whatever the time of day is set to. */
export interface SteadyClock extends Pick<Clock, 'sleep'> {
  /** ms since some moment in the past. */
  steadyMs(): number
}

export interface Ticking {
  everyMs: number
  clock: SteadyClock
  signal: AbortSignal
  /** It is waited for: there is never more than one. @throws ends the ticking */
  work(): Promise<void>
}

/** A timer of Node.js does not count the time that the machine sleeps, so none is set for longer than this. */
const longestNapMs = 5000

/**
 * Works at once, and then again whenever `everyMs` have passed since the work began last; once only for all that was missed in a
 * sleep, or while the work took longer. Ends when `signal` aborts.
 */
export async function keepTicking({ everyMs, clock, signal, work }: Ticking): Promise<void> {
  let beganMs: number | undefined
  while (!signal.aborted) {
    const nowMs = clock.steadyMs()
    const waitMs = beganMs === undefined ? 0 : beganMs + everyMs - nowMs
    if (waitMs > 0) {
      await clock.sleep(Math.min(waitMs, longestNapMs), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      continue
    }
    beganMs = nowMs
    await work()
  }
}
