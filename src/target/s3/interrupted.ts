import { setMaxListeners } from 'node:events'
import { UnsiloError } from '../../errors.ts'

export function interrupted(): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted')
}

/** Before a signal is listened to. @throws UnsiloError `cancelled` */
export function checkSignal(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted()
  // Many requests at a time wait for one signal; Node.js would take more than 10 for a mistake, and print so.
  setMaxListeners(0, signal)
}
