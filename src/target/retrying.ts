import { Readable } from 'node:stream'
import { UnsiloError } from '../errors.ts'
import { backoffMs } from '../system/backoff.ts'
import type { ByteRange, Target, TargetFile, TargetSurroundings } from './target.ts'
import { pause, wrapped } from './wrapped.ts'

/**
 * A target that tries again, after a wait that doubles, what failed and may succeed later. An error that is not `retryable`, or is no
 * UnsiloError, passes at once: also that of a body, which is not the place's.
 *
 * @param tries In all, 1 or more.
 */
export function retrying(
  target: Target,
  tries: number,
  { clock, random }: Pick<TargetSurroundings, 'clock' | 'random'>,
): Target {
  /** Waits, or gives up. @throws The error */
  const waitAfter = async (error: unknown, failures: number, signal: AbortSignal): Promise<void> => {
    const mayHelp = error instanceof UnsiloError && error.retryable && error.code !== 'cancelled'
    if (!mayHelp || failures >= tries) throw error
    await pause(clock, backoffMs(failures, random()), signal)
  }

  const again = async <T>(signal: AbortSignal, action: (failures: number) => Promise<T>): Promise<T> => {
    for (let failures = 0; ;) {
      try {
        return await action(failures)
      } catch (error) {
        failures += 1
        await waitAfter(error, failures, signal)
      }
    }
  }

  async function* list(prefix: string, signal: AbortSignal): AsyncGenerator<TargetFile> {
    const given = new Set<string>()
    for (let failures = 0; ;) {
      const files = target.list(prefix, signal)[Symbol.asyncIterator]()
      try {
        for (;;) {
          let next: IteratorResult<TargetFile>
          try {
            next = await files.next()
          } catch (error) {
            failures += 1
            await waitAfter(error, failures, signal)
            break
          }
          if (next.done === true) return
          if (given.has(next.value.path)) continue
          given.add(next.value.path)
          yield next.value
        }
      } finally {
        await files.return?.()
      }
    }
  }

  const isThere = async (path: string, signal: AbortSignal): Promise<boolean> => {
    for await (const _ of list(path, signal)) return true
    try {
      const stream = await again(signal, () => target.get(path, signal, { from: 0, bytes: 0 }))
      stream.on('error', () => undefined).destroy()
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  /** A stream that goes on where another has broken off. */
  async function* unbroken(
    first: Readable,
    path: string,
    signal: AbortSignal,
    range: ByteRange,
  ): AsyncGenerator<Uint8Array> {
    let { from, bytes } = range
    let stream: Readable | undefined = first
    let chunks: AsyncIterator<Uint8Array> | undefined
    // Counted from the last byte that came: a long download may break off many times.
    let failures = 0
    const nextChunk = async (): Promise<Uint8Array | undefined> => {
      for (;;) {
        try {
          stream ??= await target.get(path, signal, { from, bytes })
          chunks ??= stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
          const next = await chunks.next()
          return next.done === true ? undefined : next.value
        } catch (error) {
          stream?.destroy()
          stream = undefined
          chunks = undefined
          failures += 1
          await waitAfter(error, failures, signal)
        }
      }
    }
    try {
      for (let chunk = await nextChunk(); chunk !== undefined; chunk = await nextChunk()) {
        failures = 0
        from += chunk.length
        bytes -= chunk.length
        yield chunk
      }
    } finally {
      stream?.destroy()
    }
  }

  const { move, putAll, removeFolder } = target
  return wrapped(target, {
    list,
    put: (path, open, signal, known) => again(signal, () => target.put(path, open, signal, known)),
    async get(path, signal, range) {
      const first = await again(signal, () => target.get(path, signal, range))
      const stream = Readable.from(unbroken(first, path, signal, range ?? wholeFile), { objectMode: false })
      stream.once('close', () => first.destroy())
      first.on('error', () => undefined)
      return stream
    },
    remove: (path, signal) => again(signal, () => target.remove(path, signal)),
    ...(putAll === undefined
      ? {}
      : { putAll: (files, signal) => again(signal, () => putAll.call(target, files, signal)) }),
    ...(removeFolder === undefined
      ? {}
      : { removeFolder: (path, signal) => again(signal, () => removeFolder.call(target, path, signal)) }),
    ...(move === undefined
      ? {}
      : {
          // An earlier try may have done it, and only its answer was lost.
          move: (from, to, signal) =>
            again(signal, async (failures) => {
              try {
                await move.call(target, from, to, signal)
              } catch (error) {
                if (failures === 0 || !isMissing(error) || !(await isThere(to, signal))) throw error
              }
            }),
        }),
  })
}

/** More bytes than any file has, and still a number that can be added to. */
const wholeFile: ByteRange = { from: 0, bytes: 2 ** 50 }

function isMissing(error: unknown): boolean {
  return error instanceof UnsiloError && error.code === 'not-found'
}
