import type { Readable } from 'node:stream'
import { UnsiloError } from '../../errors.ts'
import { sayEnd, startCommand } from '../../system/processes.ts'
import { createRedactor } from '../../system/redact.ts'
import { interrupted, throwIfAborted } from '../interrupt.ts'
import type { RsyncFailure } from './explain.ts'

/** The rsync program of this machine, as one target uses it. What files are called never stands among its parameters. */
export interface RsyncProgram {
  /**
   * @param names Go to its stdin, as `--files-from=- --from0` takes them.
   * @returns How it failed; `undefined` when it ended well.
   * @throws UnsiloError `cancelled`, `missing-program`
   */
  run(parameters: readonly string[], signal: AbortSignal, names?: readonly string[]): Promise<RsyncFailure | undefined>
  /** The same for a run whose output is wanted: yields its lines, one character a byte (latin1), and returns how it failed. */
  lines(
    parameters: readonly string[],
    signal: AbortSignal,
    names?: readonly string[],
  ): AsyncGenerator<string, RsyncFailure | undefined, undefined>
}

/** Variables that would change what rsync does (rsync(1), ENVIRONMENT VARIABLES); and messages are to be English. */
const environment: Record<string, string | undefined> = {
  RSYNC_CHECKSUM_LIST: undefined,
  RSYNC_ICONV: undefined,
  RSYNC_OLD_ARGS: undefined,
  RSYNC_PARTIAL_DIR: undefined,
  RSYNC_PASSWORD: undefined,
  RSYNC_PROTECT_ARGS: undefined,
  RSYNC_RSH: undefined,
  RSYNC_SHELL: undefined,
  LC_ALL: 'C',
}

/** @param secrets Never shown. */
export function rsyncProgram(program: string, secrets: readonly string[]): RsyncProgram {
  const redactor = createRedactor(secrets)

  const start = (
    parameters: readonly string[],
    signal: AbortSignal,
    stdout: 'ignore' | 'pipe',
    names?: readonly string[],
  ) => {
    throwIfAborted(signal)
    const stdin = names === undefined ? 'ignore' : 'pipe'
    const command = startCommand({
      command: [program, ...parameters],
      environment,
      stdin,
      stdout,
      stderr: 'pipe',
      signal,
    })
    // A program that ends early breaks the pipe; why it did so it says itself.
    command.stdin?.on('error', () => undefined)
    command.stdin?.end((names ?? []).map((name) => `${name}\0`).join(''))
    const done = Promise.all([command.ended, beginningOf(command.stderr!)])
      .then(([end, complaint]) => {
        if (end.endedFor === 'cancelled') throw interrupted()
        if (end.status === 0) return undefined
        return { how: sayEnd(end), status: end.status, complaint: redactor.text(complaint) }
      })
      .catch((error: unknown) => {
        throw withInstall(error)
      })
    done.catch(() => undefined)
    return { command, done }
  }

  return {
    run: async (parameters, signal, names) => start(parameters, signal, 'ignore', names).done,
    async *lines(parameters, signal, names) {
      const { command, done } = start(parameters, signal, 'pipe', names)
      let isRead = false
      try {
        yield* linesOf(command.stdout!)
        isRead = true
      } finally {
        if (!isRead) {
          command.end()
          await done.catch(() => undefined)
        }
      }
      return done
    },
  }
}

const longestComplaint = 64 * 1024

/** The first lines tell the reason; thousands of files may fail for the same one. */
async function beginningOf(output: Readable): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of output as AsyncIterable<Uint8Array>) {
    if (bytes < longestComplaint) chunks.push(chunk)
    bytes += chunk.length
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* linesOf(output: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of output as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

function withInstall(error: unknown): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'missing-program') return error
  return new UnsiloError('missing-program', error.message, {
    hint: 'Install it, as in `apt install rsync`, or say in `program` where it is.',
    cause: error,
  })
}
