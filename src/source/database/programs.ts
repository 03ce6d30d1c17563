import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Bytes } from '../../codec/codec.ts'
import type { Printed, Printing } from '../../codec/printed.ts'
import { UnsiloError } from '../../errors.ts'
import { type RunningCommand, sayEnd, startCommand } from '../../system/processes.ts'
import type { FileSink } from '../../system/files.ts'
import type { Redactor } from '../../system/redact.ts'
import { type ProgramLimits, checkNotEnded, checkNotInterrupted } from '../program-end.ts'
import type { ParcelSink } from '../source.ts'
import { type Complaint, collectComplaint } from './complaint.ts'
import { pour } from './pour.ts'
import type { Proof } from './proof.ts'

/** The programs that come with a database system, as one export uses them. A failure is told in the words of `explain`. */
export interface Programs {
  /** What a program prints, whole; for lists, which are short. */
  ask(program: string, parameters: readonly string[]): Promise<string>
  /**
   * What a program prints, as it comes. It ends only when the program ended well and `proof` holds; else it breaks off with the
   * reason. It is `Printed`, unless silence has to be noticed: what a codec makes of a little output may take long to come.
   */
  stream(program: string, parameters: readonly string[], proof: Proof): Bytes
  /** Runs a program that writes files itself. */
  run(program: string, parameters: readonly string[]): Promise<void>
  /** Lets a program read `body`. When that breaks off, the program is ended and never finds the end of its input. */
  feed(program: string, parameters: readonly string[], body: Bytes): Promise<void>
  /** The same for a program that makes something else of it. */
  convert(program: string, parameters: readonly string[], body: Bytes): Bytes
  /** Ends what still runs, as when the disk is full and nobody reads on, and waits for its end. */
  close(): Promise<void>
}

/** What goes on while programs run. */
export interface ProgramsContext {
  /** Where they run. */
  datasetPath: string
  /** What they complain of is written here. */
  logs: { err: Pick<FileSink, 'write'>; bytesSoFar(): number }
  signal: AbortSignal
}

export interface ProgramsOptions extends ProgramLimits {
  /** Where the programs are; `undefined`: on the search path. */
  folder: string | undefined
  environment: Record<string, string | undefined>
  redactor: Redactor
  /** What to install when there is no such program. */
  install: string
  /** What a complaint means, where that is known. */
  explain(complaint: string): UnsiloError | undefined
}

export type Running = RunningCommand & Printing

export function openPrograms(
  options: ProgramsOptions,
  sink: Pick<ParcelSink, 'bytesSoFar'>,
  context: ProgramsContext,
): Programs {
  const { folder, environment, redactor, timeoutMs, silenceMs } = options
  const { logs, signal } = context
  const startedAt = performance.now()
  let arrived = 0
  let isClosed = false
  const begun = new Set<Pick<Running, 'stop'> | Proof>()

  const start = (
    program: string,
    parameters: readonly string[],
    stdout: 'ignore' | 'pipe' | Writable,
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): Running => {
    checkNotInterrupted(signal)
    if (isClosed) throw new UnsiloError('cancelled', `${program} is not needed any more`)
    const command = startCommand({
      command: [folder === undefined ? program : join(folder, program), ...parameters],
      folder: context.datasetPath,
      environment,
      stdin,
      stdout,
      stderr: 'pipe',
      // The limit is that of the whole try, and a try may run many programs.
      timeoutMs: timeoutMs === undefined ? undefined : Math.max(1, timeoutMs - (performance.now() - startedAt)),
      silenceMs,
      activity: () => arrived + sink.bytesSoFar() + logs.bytesSoFar(),
      signal,
    })
    const complaining = collectComplaint(command.stderr!, logs.err, redactor)
    let hasEnded = false
    const done = Promise.all([command.ended, complaining])
      .then(([end, complaint]) => {
        checkNotEnded(end, program, { timeoutMs, silenceMs })
        if (end.status !== 0) throw failureOf(program, sayEnd(end), complaint)
      })
      .catch((error: unknown) => {
        throw withInstall(error, options.install)
      })
      .finally(() => (hasEnded = true))
    done.catch(() => undefined)
    const stop = async (): Promise<void> => {
      if (!hasEnded) command.end()
      await done.catch(() => undefined)
    }
    const running = { ...command, done, stop }
    begun.add(running)
    void done.finally(() => begun.delete(running)).catch(() => undefined)
    return running
  }

  const failureOf = (program: string, how: string, { last, all }: Complaint): UnsiloError =>
    options.explain(all) ??
    new UnsiloError('command-failed', `${program}: ${how}${last === '' ? '' : `: ${last}`}`, {
      hint: 'Run the program by hand, as the same user.',
      retryable: true,
    })

  return {
    async ask(program, parameters) {
      const running = start(program, parameters, 'pipe')
      const chunks: Uint8Array[] = []
      for await (const chunk of running.stdout as Bytes) chunks.push(chunk)
      await running.done
      return Buffer.concat(chunks).toString('utf8')
    },
    stream(program, parameters, proof) {
      begun.add(proof)
      async function* chunks(): Bytes {
        const running = start(program, parameters, 'pipe')
        try {
          for await (const chunk of inLargeChunks(running.stdout as Bytes, (bytes) => (arrived += bytes))) {
            await proof.write(chunk)
            yield chunk
          }
          // Why the program ended explains what its output lacks, so it comes first.
          await running.done
          await proof.end()
        } finally {
          await running.stop()
          await proof.stop()
        }
      }
      if (silenceMs !== undefined) return chunks()
      const printed: Printed = {
        [Symbol.asyncIterator]: () => chunks()[Symbol.asyncIterator](),
        printInto: (stdin) => start(program, parameters, stdin),
        proof,
      }
      return printed
    },
    run: (program, parameters) => start(program, parameters, 'ignore').done,
    feed: (program, parameters, body) => pour(body, start(program, parameters, 'ignore', 'pipe')),
    async *convert(program, parameters, body) {
      const running = start(program, parameters, 'pipe', 'pipe')
      const pouring = pour(body, running)
      pouring.catch(() => undefined)
      try {
        yield* inLargeChunks(running.stdout as Bytes, () => undefined)
        await pouring
      } finally {
        await running.stop()
      }
    },
    async close() {
      isClosed = true
      await Promise.all([...begun].map(async (one) => one.stop()))
    },
  }
}

const largeBytes = 256 * 1024

/** Joins what comes in small pieces, as the dump programs write: each step that a chunk takes costs more than its bytes. */
async function* inLargeChunks(body: Bytes, onBytes: (bytes: number) => void): Bytes {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    waiting.push(chunk)
    bytes += chunk.length
    onBytes(chunk.length)
    if (bytes < largeBytes) continue
    yield Buffer.concat(waiting, bytes)
    waiting = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(waiting, bytes)
}

function withInstall(error: unknown, hint: string): unknown {
  if (!(error instanceof UnsiloError) || error.code !== 'missing-program') return error
  return new UnsiloError('missing-program', error.message, { hint, cause: error })
}
