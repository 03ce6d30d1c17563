import { UnsiloError } from '../../errors.ts'
import type { Arrival, TargetFile } from '../target.ts'
import { isInside } from '../target-path.ts'

/** Checks of what a module answers. Each throws UnsiloError `usage` for what breaks the contract. */
export interface Answers {
  /** Of `list`. */
  files(answer: unknown): AsyncIterator<unknown>
  /** One of those that `list` gives. */
  file(answer: unknown, prefix: string): TargetFile
  /** Of `get`. */
  stream(answer: unknown, path: string): AsyncIterable<unknown>
  /** @param left How many bytes may still come. */
  chunk(answer: unknown, path: string, left: number): Uint8Array
  /** Of `put` and `putAll`. */
  arrival(answer: unknown, method: string): Arrival
  /** A body that has not been read to its end is no file that has arrived. */
  unread(path: string): UnsiloError
}

/** @param who The module, and the target that it is for, in messages. */
export function checkAnswers(who: string): Answers {
  const breach = (what: string, hint: string): UnsiloError => new UnsiloError('usage', `${who} ${what}`, { hint })
  return {
    files(answer) {
      if (isIterable(answer)) return answer[Symbol.asyncIterator]()
      const hint = 'Let `list` be an async generator: `async *list(prefix, signal)`.'
      throw breach('lists nothing that can be gone through', hint)
    },
    file(answer, prefix) {
      const { path, sizeBytes } = (answer ?? {}) as Partial<Record<keyof TargetFile, unknown>>
      if (typeof path !== 'string' || !isSize(sizeBytes)) {
        throw breach('lists something that is no file', 'Yield { path, sizeBytes }: a text, and a whole number.')
      }
      const quoted = JSON.stringify(path)
      if (!isInside(path)) {
        throw breach(`lists ${quoted}, which leads out of its place`, 'Yield paths as `get` takes them, without "..".')
      }
      if (prefix === '' || path.startsWith(`${prefix}/`)) return { path, sizeBytes }
      const hint = 'Yield what is below that folder only, each by its whole path.'
      throw breach(`lists ${quoted}, which is not below ${JSON.stringify(prefix)}`, hint)
    },
    stream(answer, path) {
      if (isIterable(answer)) return answer
      throw breach(`gives no stream of ${path}`, 'Let `get` return a stream, or an async generator of bytes.')
    },
    chunk(answer, path, left) {
      if (!(answer instanceof Uint8Array)) {
        const hint = 'A stream has no encoding, and a generator yields no texts.'
        throw breach(`gives something else than bytes of ${path}`, hint)
      }
      if (answer.length <= left) return answer
      throw breach(`gives more of ${path} than was asked for`, 'Heed the range that `get` is told: { from, bytes }.')
    },
    arrival(answer, method) {
      if (answer === undefined) return 'sent'
      if (answer === 'hashed' || answer === 'sent' || answer === 'resumed') return answer
      const hint = 'Return nothing, or "hashed", "sent" or "resumed".'
      throw breach(`returns something from ${method} that says nothing of the file`, hint)
    },
    unread: (path) =>
      breach(
        `says that it has taken ${path}, and has not read it to its end`,
        'Wait until all of `open()` is written.',
      ),
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
