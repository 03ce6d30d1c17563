import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UnsiloError } from '../errors.ts'
import { sayEnd, startCommand } from '../system/processes.ts'
import type { Bytes } from './codec.ts'

/**
 * Streams `body` through a program that reads its input and prints the result.
 *
 * @param command The program, and its parameters.
 * @param withInstall Of an error that says that there is no such program: what to install.
 * @throws UnsiloError `wrong-content` when the program fails
 */
export async function* throughProgram(
  body: Bytes,
  command: [program: string, ...parameters: string[]],
  withInstall: (error: unknown) => unknown,
  signal: AbortSignal | undefined,
): Bytes {
  const running = startCommand({ command, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', signal })
  let complaint = ''
  running.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-500)))
  // A program that ends early breaks the pipe (EPIPE); its exit status below tells why.
  let failed: { error: unknown } | undefined
  async function* watched(): Bytes {
    try {
      yield* body
    } catch (error) {
      // A stream that is destroyed throws into the generator that it reads from; that is not the body's own error.
      if (!source.destroyed) failed = { error }
      throw error
    }
  }
  const source = Readable.from(watched(), { objectMode: false, highWaterMark: 256 * 1024 })
  const feeding = pipeline(source, running.stdin!).catch(() => undefined)
  let whole = false
  try {
    for await (const chunk of running.stdout!) yield chunk as Uint8Array
    whole = true
  } finally {
    if (!whole) {
      source.destroy()
      running.end()
    }
  }
  await feeding
  const end = await running.ended.catch((error: unknown) => {
    throw withInstall(error)
  })
  signal?.throwIfAborted()
  if (failed !== undefined) throw failed.error
  if (end.status === 0) return
  const said = plainComplaint(complaint) || 'no message'
  throw new UnsiloError('wrong-content', `${command[0]} failed (${sayEnd(end)}): ${said}`, {
    hint: 'The file is damaged or was cut off; export it again.',
  })
}

/** Without what zstd calls its input, and without the number of its error: the caller names the file. */
function plainComplaint(text: string): string {
  return text.replaceAll(/\/\*stdin\*\\?\s*:\s*(?:Decoding error \(\d+\)\s*:\s*)?/g, '').trim()
}
