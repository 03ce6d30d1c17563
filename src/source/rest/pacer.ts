import type { Clock } from '../../system/clock.ts'
import type { Limits } from './limits.ts'
import type { RateState } from './rate-headers.ts'

/** Says when the next request may be sent. */
export interface Pacer {
  /** Does `action` when its turn has come. A request within a request would wait for itself. */
  run<T>(action: () => Promise<T>): Promise<T>
  /** What an answer said of the limit. */
  heard(state: RateState): void
  /** Sends nothing more before `at`. */
  holdUntil(at: Date, because: string): void
}

export interface PacerOptions {
  clock: Clock
  /** Waits. @throws UnsiloError when the wait is too long; the request is then not made */
  pause(ms: number, because: string): Promise<void>
}

/** Spaces requests by `rate`, lets `parallel` be under way, and waits for the reset when only `reserve` are left. */
export function createPacer(limits: Pick<Limits, 'rate' | 'parallel' | 'reserve'>, options: PacerOptions): Pacer {
  const { rate: spacingMs = 0, parallel, reserve } = limits
  const { clock, pause } = options
  let underWay = 0
  let nextAtMs = 0
  let held = { untilMs: 0, because: '' }
  let known: { remaining: number; resetMs: number } | undefined
  let wake: () => void = () => undefined
  let queue: Promise<void> = Promise.resolve()

  const anEnd = (): Promise<void> => new Promise((resolve) => (wake = resolve))

  // Only the first of the queue is in here, so that turns are taken in order.
  const takeTurn = async (): Promise<void> => {
    for (;;) {
      const nowMs = clock.now().getTime()
      const isUsedUp = known !== undefined && known.remaining <= reserve && known.resetMs > nowMs
      // What is under way may bring better news.
      if (underWay >= parallel || (isUsedUp && underWay > 0)) await anEnd()
      else if (isUsedUp) await pause(known!.resetMs - nowMs, sayUsedUp(known!.remaining))
      else if (held.untilMs > nowMs) await pause(held.untilMs - nowMs, held.because)
      else if (nextAtMs > nowMs) await pause(nextAtMs - nowMs, '')
      else {
        underWay += 1
        nextAtMs = Math.ceil(nowMs + spacingMs)
        if (known !== undefined) known.remaining -= 1
        return
      }
    }
  }

  return {
    async run(action) {
      const turn = queue.then(takeTurn)
      queue = turn.catch(() => undefined)
      await turn
      try {
        return await action()
      } finally {
        underWay -= 1
        wake()
      }
    },
    heard({ remaining, resetAt }) {
      if (remaining !== undefined) known = { remaining, resetMs: resetAt?.getTime() ?? 0 }
    },
    holdUntil(at, because) {
      if (at.getTime() > held.untilMs) held = { untilMs: at.getTime(), because }
    },
  }
}

function sayUsedUp(remaining: number): string {
  const left = Math.max(0, Math.floor(remaining))
  return `the server says that ${left === 0 ? 'no requests are' : left === 1 ? '1 request is' : `${left} requests are`} left`
}
