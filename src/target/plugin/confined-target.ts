import { Readable } from 'node:stream'
import type { UnsiloError } from '../../errors.ts'
import { orAborted } from '../../plugin/or-aborted.ts'
import { isTemporaryName } from '../../system/replace-file.ts'
import { interrupted, throwIfAborted } from '../interrupt.ts'
import type { Arrival, Target, TargetFile } from '../target.ts'
import { checkFilePath, checkTargetPath } from '../target-path.ts'
import { checkAnswers } from './answers.ts'
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
  const answers = checkAnswers(who)

  const call = async <T>(signal: AbortSignal, action: () => T | Promise<T>, grace = graceMs): Promise<T> => {
    throwIfAborted(signal)
    try {
      return await orAborted((async () => action())(), signal, grace)
    } catch (error) {
      throw signal.aborted ? interrupted() : explain(error)
    }
  }

  async function* list(prefix: string, signal: AbortSignal): AsyncGenerator<TargetFile> {
    checkTargetPath(prefix)
    const files = answers.files(await call(signal, () => inner.list(prefix, signal)))
    try {
      for (;;) {
        const next = await call(signal, () => files.next())
        if (next.done === true) return
        const file = answers.file(next.value, prefix)
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
      if (bytes === 0) return
      for (;;) {
        const next = await call(signal, () => chunks.next(), 0)
        if (next.done === true) return
        const chunk = answers.chunk(next.value, path, left)
        left -= chunk.length
        yield chunk
      }
    } finally {
      if (stream instanceof Readable) stream.destroy()
      else letGo(chunks)
    }
  }

  const put: Target['put'] = async (path, open, signal, known) => {
    checkFilePath(path)
    const body = moduleBody(open, () => throwIfAborted(signal))
    let end: { answer: Arrival | void } | { error: unknown }
    try {
      end = { answer: await call(signal, () => inner.put(path, body.open, signal, known)) }
    } catch (error) {
      end = { error }
    }
    body.close()
    const state = body.state()
    // The body's own error, whatever the module has made of it.
    if (typeof state === 'object') throw state.error
    if ('error' in end) throw end.error
    // A place that has such a file already, as its hash says, need not read it.
    if (state === 'unfinished' || (state === 'unopened' && known === undefined)) throw answers.unread(path)
    return answers.arrival(end.answer, 'put')
  }

  const get: Target['get'] = async (path, signal, range) => {
    checkFilePath(path)
    const wanted = range === undefined ? undefined : { from: range.from, bytes: Math.max(1, range.bytes) }
    const stream = answers.stream(await call(signal, () => inner.get(path, signal, wanted)), path)
    const checked = Readable.from(read(stream, path, signal, range?.bytes ?? Infinity), { objectMode: false })
    if (stream instanceof Readable) {
      // An error before the first byte is wanted is kept by the stream, and thrown to who reads it.
      stream.on('error', () => undefined)
      checked.once('close', () => stream.destroy())
    }
    return checked
  }

  const { parallel = 1, putAll, move, removeFolder } = inner
  const target: Target = {
    kind: 'plugin',
    parallel,
    list,
    put,
    get,
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
  }
  if (putAll !== undefined) {
    target.putAll = async (files, signal) => {
      for (const { path } of files) checkFilePath(path)
      return answers.arrival(await call(signal, () => putAll.call(inner, files, signal)), 'putAll')
    }
  }
  if (move !== undefined) {
    target.move = async (from, to, signal) => {
      checkFilePath(from)
      checkFilePath(to)
      await call(signal, () => move.call(inner, from, to, signal))
    }
  }
  if (removeFolder !== undefined) {
    target.removeFolder = async (path, signal) => {
      checkFilePath(path)
      await call(signal, () => removeFolder.call(inner, path, signal))
    }
  }
  return target
}

/** Not waited for: a generator that hangs would never answer. */
function letGo(iterator: AsyncIterator<unknown>): void {
  Promise.resolve(iterator.return?.()).catch(() => undefined)
}
