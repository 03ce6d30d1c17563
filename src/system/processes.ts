import { spawn } from 'node:child_process'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { UnsiloError } from '../errors.ts'
import { endProcessGroup } from './process-group.ts'

/** How long a pipe may stay open, and silent, after the whole group has ended, in ms: a process that left the group may hold it. */
const pipeGraceMs = 500

export interface CommandOptions {
  /** A shell command line, or a program and its parameters. */
  command: string | readonly [string, ...string[]]
  folder?: string
  /** Added to the environment of this process; `undefined` takes a variable out of it. */
  environment?: Record<string, string | undefined>
  stdin?: 'ignore' | 'inherit' | 'pipe'
  /** A descriptor is handed to the program as it is; `pipe` is read by the caller; the stdin of another command is then that program's alone. */
  stdout?: 'ignore' | 'inherit' | 'pipe' | number | Writable
  stderr?: 'ignore' | 'inherit' | 'pipe' | number
  /** Longest wall-clock time, in ms; then the whole process group is ended. */
  timeoutMs?: number | undefined
  /** Longest time without `activity` growing, in ms; then the whole process group is ended. */
  silenceMs?: number | undefined
  /** A number that grows while the command works, such as bytes written so far. */
  activity?: () => number
  signal?: AbortSignal | undefined
}

export interface CommandEnd {
  /** Exit status; `null` when a signal ended it. */
  status: number | null
  endedBySignal: NodeJS.Signals | null
  /** Why unsilo ended it, if it did. */
  endedFor: 'timeout' | 'silence' | 'cancelled' | undefined
  durationMs: number
}

export interface RunningCommand {
  stdin: Writable | null
  stdout: Readable | null
  stderr: Readable | null
  /** Resolves when the command and its whole process group have ended. */
  ended: Promise<CommandEnd>
  /** Ends the whole process group. */
  end(): void
}

/** Says how a command ended, as in "exit status 1" or "no output for 5 minutes". */
export function sayEnd(end: CommandEnd): string {
  if (end.endedBySignal !== null) return `ended by ${end.endedBySignal}`
  return `exit status ${end.status}`
}

/**
 * Starts a command as the leader of a process group of its own. The group is ended with the command: on a timeout, on
 * silence, when `signal` aborts, and whatever the command left running when it exits, since that could still write.
 *
 * @throws UnsiloError `missing-program` through `ended` when the program does not exist.
 */
export function startCommand(options: CommandOptions): RunningCommand {
  const startedAt = performance.now()
  const [program, ...parameters] =
    typeof options.command === 'string' ? (['/bin/sh', '-c', options.command] as const) : options.command
  const child = spawn(program, parameters, {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: [options.stdin ?? 'ignore', options.stdout ?? 'ignore', options.stderr ?? 'ignore'],
    detached: true,
  })
  // The other program finds the end of its input only when nobody else holds it open.
  if (typeof options.stdout === 'object') options.stdout.destroy()
  let endedFor: CommandEnd['endedFor']
  const stop = (why: CommandEnd['endedFor']): void => {
    endedFor ??= why
    void endProcessGroup(child.pid)
  }
  const pipes = [keepOutput(child.stdout), keepOutput(child.stderr)] as const
  const timers = watch(options, stop)
  const cancel = (): void => stop('cancelled')
  if (options.signal?.aborted === true) cancel()
  else options.signal?.addEventListener('abort', cancel, { once: true })

  const ended = new Promise<CommandEnd>((resolve, reject) => {
    const clean = (): void => {
      timers.forEach(clearInterval)
      options.signal?.removeEventListener('abort', cancel)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      clean()
      reject(startError(error, program, options.folder))
    })
    child.on('exit', (status, endedBySignal) => {
      clean()
      const end = { status, endedBySignal, endedFor, durationMs: performance.now() - startedAt }
      endProcessGroup(child.pid)
        .then(() => {
          endWhenIdle(pipes[0], child.stdout)
          endWhenIdle(pipes[1], child.stderr)
        })
        .then(() => resolve(end), reject)
    })
  })
  ended.catch(() => undefined)
  return { stdin: child.stdin, stdout: pipes[0], stderr: pipes[1], ended, end: () => stop('cancelled') }
}

/** How long a command may go on that has closed its output. */
const lastWordGraceMs = 2000

/**
 * Ends a command whose output is of no use. One that still prints is ended at once; one that has closed its output is about to end by
 * itself, and its status says why there was no more, so it gets a moment.
 *
 * @returns To be cleared when it has ended.
 */
export function endAfterLastWord({ stdout, end }: RunningCommand): NodeJS.Timeout | undefined {
  if (stdout?.readableEnded === true) return setTimeout(end, lastWordGraceMs)
  end()
  return undefined
}

function watch(options: CommandOptions, stop: (why: 'timeout' | 'silence') => void): NodeJS.Timeout[] {
  const timers: NodeJS.Timeout[] = []
  if (options.timeoutMs !== undefined) timers.push(setTimeout(() => stop('timeout'), options.timeoutMs))
  const { silenceMs, activity } = options
  if (silenceMs !== undefined && activity !== undefined) {
    let last = activity()
    let lastAt = performance.now()
    const look = (): void => {
      const current = activity()
      if (current !== last) [last, lastAt] = [current, performance.now()]
      else if (performance.now() - lastAt >= silenceMs) stop('silence')
    }
    timers.push(setInterval(look, Math.min(1000, Math.max(20, silenceMs / 5))))
  }
  return timers
}

function startError(error: NodeJS.ErrnoException, program: string, folder: string | undefined): UnsiloError {
  if (error.code === 'ENOENT') {
    return new UnsiloError('missing-program', `cannot start ${program}: not found`, {
      hint: folder === undefined ? `Install ${program}.` : `Install ${program}, and check that ${folder} exists.`,
      cause: error,
    })
  }
  if (error.code === 'EACCES' || error.code === 'ENOEXEC') {
    return new UnsiloError('not-permitted', `cannot start ${program}: it is not a program that this user may run`, {
      hint: 'Check what it is, and its mode (ls -l); chmod +x makes a script one.',
      cause: error,
    })
  }
  return new UnsiloError('command-failed', `cannot start ${program}: ${error.message}`, { cause: error })
}

/**
 * What a command prints, kept until the caller reads it. Node throws away what it has not read of a pipe by the time the
 * command exits (flushStdio in child_process).
 */
function keepOutput(pipe: Readable | null): PassThrough | null {
  if (pipe === null) return null
  const kept = new PassThrough({ highWaterMark: 256 * 1024 })
  pipe.once('error', (error) => kept.destroy(error))
  return pipe.pipe(kept)
}

/** Ends the output when a process outside the group still holds the pipe and nothing has come for a while. */
function endWhenIdle(kept: PassThrough | null, pipe: Readable | null): void {
  if (kept === null || pipe === null || kept.writableEnded || kept.destroyed) return
  let isIdle = false
  const look = (): void => {
    // While the reader is slow the pipe is paused, and that nothing comes means nothing.
    if (isIdle && !kept.writableNeedDrain) {
      pipe.unpipe(kept)
      pipe.destroy()
      kept.end()
    }
    isIdle = true
  }
  const timer = setInterval(look, pipeGraceMs)
  pipe.on('data', () => (isIdle = false))
  kept.once('finish', () => clearInterval(timer))
  kept.once('close', () => clearInterval(timer))
}
