import { UnsiloError } from '../../errors.ts'

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted()
}

/** Waits no longer than until the interrupt. @throws UnsiloError `cancelled` */
export function untilAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(interrupted())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    waiting.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

export function interrupted(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}
