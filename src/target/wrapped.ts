import { Readable } from 'node:stream'
import type { Clock } from '../system/clock.ts'
import { interrupted } from './interrupt.ts'
import type { Target } from './target.ts'

/** The same target, some of whose calls are done otherwise. What it lacks stays away. */
export function wrapped(target: Target, calls: Partial<Omit<Target, 'kind' | 'parallel'>>): Target {
  const { kind, parallel, putAll, move, removeFolder } = target
  return {
    kind,
    parallel,
    list: (prefix, signal) => target.list(prefix, signal),
    put: (path, open, signal, known) => target.put(path, open, signal, known),
    get: (path, signal, range) => target.get(path, signal, range),
    remove: (path, signal) => target.remove(path, signal),
    close: () => target.close(),
    ...(putAll === undefined ? {} : { putAll: putAll.bind(target) }),
    ...(move === undefined ? {} : { move: move.bind(target) }),
    ...(removeFolder === undefined ? {} : { removeFolder: removeFolder.bind(target) }),
    ...calls,
  }
}

/** What `pass` makes of a stream, as a stream that takes it along when it ends, however it ends. */
export function passedOn(
  source: Readable,
  pass: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Readable {
  const stream = Readable.from(pass(source as AsyncIterable<Uint8Array>), { objectMode: false })
  stream.once('close', () => source.destroy())
  // An error before the first byte is wanted is kept by the stream, and thrown to who reads it.
  source.on('error', () => undefined)
  return stream
}

/** Waits. @throws UnsiloError `cancelled` */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    throw signal.aborted ? interrupted() : error
  }
}
