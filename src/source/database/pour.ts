import { once } from 'node:events'
import type { Bytes } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import type { Running } from './programs.ts'

/**
 * Writes `body` into a program's stdin, and resolves when the program has ended well. It is told the end of its input only when
 * the body was whole: a program must not take a part for all.
 *
 * @throws The body's own error, or why the program failed
 */
export async function pour(body: Bytes, running: Running): Promise<void> {
  const stdin = running.stdin!
  // A program that ends early breaks the pipe (EPIPE); why it did so is told by `done`.
  stdin.on('error', () => undefined)
  let hasEnded = false
  const ended = running.done.finally(() => (hasEnded = true))
  ended.catch(() => undefined)
  try {
    for await (const chunk of body) {
      if (hasEnded) throw await unread(running)
      if (stdin.write(chunk)) continue
      const drained = once(stdin, 'drain').catch(() => running.done)
      await Promise.race([drained, ended])
    }
  } catch (error) {
    await running.stop()
    throw error
  }
  stdin.end()
  await running.done
}

async function unread(running: Running): Promise<UnsiloError> {
  await running.done
  return new UnsiloError('wrong-content', 'the program ended before it had read all of the dump', {
    hint: 'Look at what the dump holds: it may tell the program to stop.',
  })
}
