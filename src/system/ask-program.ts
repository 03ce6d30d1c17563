import { text } from 'node:stream/consumers'
import { UnsiloError } from '../errors.ts'
import { type CommandEnd, startCommand } from './processes.ts'

/** What a short program printed, and how it ended. */
export interface ProgramAnswer extends CommandEnd {
  stdout: string
  stderr: string
}

export interface AskOptions {
  environment?: Record<string, string>
  /** What it reads; nothing when left out. */
  input?: string
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

/** Whether a program is there, and ends well. */
export async function succeeds(command: readonly [string, ...string[]], options: AskOptions = {}): Promise<boolean> {
  try {
    return (await askProgram(command, options)).status === 0
  } catch (error) {
    if (error instanceof UnsiloError) return false
    throw error
  }
}

/**
 * Runs a program that prints little, to its end, whatever that is.
 *
 * @throws UnsiloError `missing-program`, `not-permitted`
 */
export async function askProgram(
  command: readonly [string, ...string[]],
  { input, ...options }: AskOptions = {},
): Promise<ProgramAnswer> {
  const running = startCommand({
    command,
    ...options,
    stdin: input === undefined ? 'ignore' : 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  // It may end without having read all of it.
  running.stdin?.on('error', () => undefined)
  running.stdin?.end(input)
  const [stdout, stderr, end] = await Promise.all([text(running.stdout!), text(running.stderr!), running.ended])
  return { stdout, stderr, ...end }
}
