import { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { orAborted } from '../../plugin/or-aborted.ts'
import { isTemporaryName } from '../../system/replace-file.ts'
import type { Arrival, ByteRange, Target, TargetFile } from '../target.ts'
import { checkFilePath, checkTargetPath, isInside } from '../target-path.ts'
import type { ModuleTarget } from './define-target.ts'
import { moduleBody } from './module-body.ts'

export interface Confinement {
  /** The module, and the target that it is for, in messages. */
  who: string
  /** What the module throws, as an error that names it. */
  explain(error: unknown): UnsiloError
  /** How long a module has to end by itself after an interrupt, in ms. */
  graceMs: number
}

/**
 * A target that a module gives, which is asked for nothing outside of its place, and whose answers are believed only where they
 * keep to the contract.
 */
export function confineTarget(inner: ModuleTarget, { who, explain, graceMs }: Confinement): Target {
  const breach = (what: string, hint: string): UnsiloError => new UnsiloError('usage', `${who} ${what}`, { hint })

  const call = async <T>(signal: AbortSignal, action: () => T | Promise<T>, grace = graceMs): Promise<T> => {
    throwIfAborted(signal)
    try {
      return await orAborted((async () => action())(), signal, grace)
    } catch (error) {
      throw signal.aborted ? interrupted(error) : explain(error)
    }
  }

  const arrivalOf = (answer: Arrival | void, method: string): Arrival => {
    if (answer === undefined) return 'sent'
    if (['hashed', 'sent', 'resumed'].includes(answer)) return answer
    throw breach(
      `returns something from ${method} that says nothing of the file`,
      'Return nothing, or "hashed", "sent", "resumed".',
    )
  }

  const listedFile = (file: unknown, prefix: string): TargetFile => {
    const { path, sizeBytes } = (file ?? {}) as Partial<Record<keyof TargetFile, unknown>>
    if (typeof path !== 'string' || !Number.isSafeInteger(sizeBytes) || (sizeBytes as number) < 0) {
      throw breach('lists something that is no file', 'Yield { path, sizeBytes }: a text, and a whole number.')
    }
    const quoted = JSON.stringify(path)
    if (path === '' || !isInside(path)) {
      throw breach(
        `lists ${quoted}, which leads out of its place`,
        'Yield paths as `get` takes them: relative, without "..".',
      )
    }
    if (prefix !== '' && !path.startsWith(`${prefix}/`)) {
      throw breach(
        `lists ${quoted}, which is not below ${JSON.stringify(prefix)}`,
        'Yield only what is below the folder, by its whole path.',
      )
    }
    return { path, sizeBytes: sizeBytes as number }
  }

  async function* list(prefix: string, signal: AbortSignal): AsyncGenerator<TargetFile> {
    checkTargetPath(prefix)
    const files = await call(signal, () => {
      const answer: unknown = inner.list(prefix, signal)
      if (isIterable(answer)) return answer[Symbol.asyncIterator]()
      throw breach(
        'lists nothing that can be gone through',
        'Let `list` be an async generator: `async *list(prefix, signal)`.',
      )
    })
    try {
      for (;;) {
        const next = await call(signal, () => files.next())
        if (next.done === true) return
        const file = listedFile(next.value, prefix)
        if (!isTemporaryName(file.path.slice(file.path.lastIndexOf('/') + 1))) yield file
      }
    } finally {
      letGo(files)
    }
  }

  async function* read(
    stream: AsyncIterable<unknown>,
    path: string,
    signal: AbortSignal,
    bytes: number,
  ): AsyncGenerator<Uint8Array> {
    const chunks = stream[Symbol.asyncIterator]()
    let left = bytes
    try {
      while (bytes > 0) {
        const next = await call(signal, () => chunks.next(), 0)
        if (next.done === true) return
        const chunk = next.value
        if (!(chunk instanceof Uint8Array)) {
          throw breach(
            `gives something else than bytes of ${path}`,
            'A stream must not have an encoding, nor yield texts.',
          )
        }
        left -= chunk.length
        if (left < 0)
          throw breach(`gives more of ${path} than was asked for`, 'Heed the `range` of `get`: { from, bytes }.')
        yield chunk
      }
    } finally {
      if (stream instanceof Readable) stream.destroy()
      else letGo(chunks)
    }
  }

  const { parallel = 1, putAll, move, removeFolder } = inner
  return {
    kind: 'plugin',
    parallel,
    list,
    async put(path, open, signal, known) {
      checkFilePath(path)
      const body = moduleBody(open, () => throwIfAborted(signal))
      let answer: Arrival | void = undefined
      let failure: { error: unknown } | undefined
      try {
        answer = await call(signal, () => inner.put(path, body.open, signal, known))
      } catch (error) {
        failure = { error }
      } finally {
        body.close()
      }
      const state = body.state()
      if (typeof state === 'object') throw state.error
      if (failure !== undefined) throw failure.error
      // A place that has such a file already, as its hash says, need not read it.
      if (state === 'unfinished' || (state === 'unopened' && known === undefined)) {
        throw breach(
          `says that it has taken ${path}, and has not read it to its end`,
          'Wait until all of `open()` is written.',
        )
      }
      return arrivalOf(answer, 'put')
    },
    async get(path, signal, range?: ByteRange) {
      checkFilePath(path)
      const wanted = range === undefined ? undefined : { from: range.from, bytes: Math.max(1, range.bytes) }
      const stream: unknown = await call(signal, () => inner.get(path, signal, wanted))
      if (!isIterable(stream))
        throw breach(`gives no stream of ${path}`, 'Let `get` return a stream, or an async generator of bytes.')
      // An error before the first byte is wanted is kept by the stream, and thrown to who reads it.
      if (stream instanceof Readable) stream.on('error', () => undefined)
      const bytes = range?.bytes ?? Infinity
      const checked = Readable.from(read(stream, path, signal, bytes), { objectMode: false })
      if (stream instanceof Readable) checked.once('close', () => stream.destroy())
      return checked
    },
    async remove(path, signal) {
      checkFilePath(path)
      await call(signal, () => inner.remove(path, signal))
    },
    async close() {
      try {
        await inner.close()
      } catch (error) {
        throw explain(error)
      }
    },
    ...(putAll === undefined
      ? {}
      : {
          async putAll(files, signal) {
            for (const { path } of files) checkFilePath(path)
            return arrivalOf(await call(signal, () => putAll.call(inner, files, signal)), 'putAll')
          },
        }),
    ...(move === undefined
      ? {}
      : {
          async move(from, to, signal) {
            checkFilePath(from)
            checkFilePath(to)
            await call(signal, () => move.call(inner, from, to, signal))
          },
        }),
    ...(removeFolder === undefined
      ? {}
      : {
          async removeFolder(path, signal) {
            checkFilePath(path)
            await call(signal, () => removeFolder.call(inner, path, signal))
          },
        }),
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Not waited for: a generator that hangs would never answer. */
function letGo(iterator: AsyncIterator<unknown>): void {
  Promise.resolve(iterator.return?.()).catch(() => undefined)
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted()
}

function interrupted(cause?: unknown): UnsiloError {
  return new UnsiloError('cancelled', 'interrupted', { cause })
}
