import { setMaxListeners } from 'node:events'
import { UnsiloError } from '../errors.ts'

export function interrupted(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}

/** Before a signal is listened to, too. @throws UnsiloError `cancelled` */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted()
  // Many files at a time wait for one signal; Node.js would take more than 10 for a mistake, and print so.
  setMaxListeners(0, signal)
}

/**
 * Waits no longer than until the interrupt.
 *
 * @param then Is called when it comes, to end what is waited for.
 * @throws UnsiloError `cancelled`
 */
export function untilAborted<T>(waiting: Promise<T>, signal: AbortSignal, then?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      then?.()
      reject(interrupted())
    }
    if (signal.aborted) stop()
    const forget = onAbort(signal, stop)
    waiting.then(resolve, reject).finally(forget)
  })
}

/** @returns What to call when an interrupt does not matter any more. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  setMaxListeners(0, signal)
  signal.addEventListener('abort', action, { once: true })
  return () => signal.removeEventListener('abort', action)
}
