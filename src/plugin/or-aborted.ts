/** A module that does not end by itself within `graceMs` after an interrupt is left behind. @throws The signal's reason */
export async function orAborted<T>(working: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  working.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  let leave: (() => void) | undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => {
      timer = setTimeout(() => reject(signal.reason as Error), graceMs)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([working, left])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave!)
  }
}
