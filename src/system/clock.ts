import { uptime } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** The time of day, and waiting. Tests pass one that they move by hand. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds. @throws The signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** Time since the machine was started, which goes on while it sleeps and knows of no time of day (uv_uptime, proc_uptime(5)). */
export const steadyClock = {
  steadyMs: () => uptime() * 1000,
  sleep: systemClock.sleep,
}
