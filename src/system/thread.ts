import { Worker } from 'node:worker_threads'

/** Another thread of this process. What it is sent, and sends, is copied; memory that is transferred is moved. */
export interface Thread {
  send(message: unknown): void
  /** The next thing that it has said. @throws what it threw, and the reason of a signal that is aborted meanwhile */
  next(signal: AbortSignal): Promise<unknown>
  /** Ends it wherever it is. */
  end(): Promise<void>
}

/** @param data What the thread finds as `workerData`. */
export function startThread(script: URL, data: unknown): Thread {
  const worker = new Worker(script, { workerData: data })
  const said: unknown[] = []
  let failure: { error: unknown } | undefined
  let wake: (() => void) | undefined
  worker.on('message', (message: unknown) => {
    said.push(message)
    wake?.()
  })
  worker.on('error', (error) => {
    failure = { error }
    wake?.()
  })
  worker.on('exit', () => {
    failure ??= { error: new Error('a thread has ended too early') }
    wake?.()
  })
  return {
    send: (message) => worker.postMessage(message, []),
    async next(signal) {
      while (said.length === 0) {
        signal.throwIfAborted()
        if (failure !== undefined) throw failure.error
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', wake, { once: true })
        })
        signal.removeEventListener('abort', wake!)
      }
      return said.shift()
    },
    async end() {
      await worker.terminate()
    },
  }
}
