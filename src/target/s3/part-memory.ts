/** Room for parts that are on their way, which is shared by all uploads of a target. */
export interface PartMemory {
  /** Waits until there is room for so many bytes; more than there is at all gets all of it. @throws The signal's reason */
  take(bytes: number, signal: AbortSignal): Promise<PartRoom>
}

export interface PartRoom {
  readonly buffer: Buffer
  /** Only so many bytes are needed. */
  shrink(bytes: number): void
  /** Gives it back, once; the buffer may be used for other bytes from then on. */
  release(): void
}

interface Waiting {
  bytes: number
  start(): void
}

/** A buffer that is hardly used is copied into one of its size, so that many small files do not each hold a large one. */
const wasteful = 4

/** @param totalBytes How many bytes may be taken at a time. Who holds one room must not wait for another to be able to go on. */
export function createPartMemory(totalBytes: number): PartMemory {
  let free = totalBytes
  const queue: Waiting[] = []
  // Large buffers are used again: garbage collection would come too late for them.
  let spare: Buffer[] = []

  const serve = (): void => {
    for (let next = queue[0]; next !== undefined && next.bytes <= free; next = queue[0]) {
      queue.shift()
      free -= next.bytes
      next.start()
    }
  }

  const reserve = (bytes: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        queue.splice(queue.indexOf(waiting), 1)
        reject(signal.reason as Error)
        serve()
      }
      const waiting: Waiting = {
        bytes,
        start() {
          signal.removeEventListener('abort', stop)
          resolve()
        },
      }
      if (signal.aborted) return reject(signal.reason as Error)
      signal.addEventListener('abort', stop, { once: true })
      queue.push(waiting)
      serve()
    })

  const bufferOf = (bytes: number): Buffer => {
    const index = spare.findIndex((buffer) => buffer.length === bytes)
    if (index !== -1) return spare.splice(index, 1)[0]!
    // Of another size than what is asked for now.
    spare = []
    return Buffer.allocUnsafeSlow(bytes)
  }

  return {
    async take(bytes, signal) {
      let held = Math.min(bytes, totalBytes)
      await reserve(held, signal)
      const isLarge = bytes >= 2 ** 20
      const whole = isLarge ? bufferOf(bytes) : Buffer.allocUnsafeSlow(bytes)
      let buffer = whole
      let isReleased = false
      const giveBack = (part: number): void => {
        held -= part
        free += part
        serve()
        // Nobody has any of it: what comes next, such as reading, needs memory, too.
        if (free === totalBytes) spare = []
      }
      const keepSpare = (): void => {
        if (isLarge && (spare.length + 1) * bytes <= totalBytes) spare.push(whole)
      }
      return {
        get buffer() {
          return buffer
        },
        shrink(needed) {
          if (needed * wasteful > bytes || buffer !== whole) return
          buffer = Buffer.from(whole.subarray(0, needed))
          keepSpare()
          giveBack(Math.max(0, held - needed))
        },
        release() {
          if (isReleased) return
          isReleased = true
          if (buffer === whole) keepSpare()
          giveBack(held)
        },
      }
    },
  }
}
