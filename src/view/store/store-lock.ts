import { join } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import { type Lock, acquireLock } from '../../system/lock.ts'
import type { StoreContext } from './update.ts'

const firstWaitMs = 20
const longestWaitMs = 500

/**
 * Does `action` while no other process changes what is stored of a view; waits for one that does.
 *
 * @throws UnsiloError `cancelled`
 */
export async function withStoreLock<T>(folder: string, context: StoreContext, action: () => Promise<T>): Promise<T> {
  const { files, clock } = context.system
  files.makeFolder(folder)
  let lock: Lock | undefined
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    lock = await acquireLock(join(folder, 'lock'))
    if (lock !== undefined) break
    await clock.sleep(waitMs, context.signal).catch(() => undefined)
    if (context.signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
  }
  try {
    return await action()
  } finally {
    lock.release()
  }
}
