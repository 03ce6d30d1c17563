import { UnsiloError } from '../errors.ts'
import { sayDuration } from '../system/duration.ts'
import type { CommandEnd } from '../system/processes.ts'

/** @throws UnsiloError `cancelled` */
export function checkNotInterrupted({ aborted }: AbortSignal): void {
  if (aborted) throw new UnsiloError('cancelled', 'interrupted')
}

export interface ProgramLimits {
  /** Longest time that a try may take, in ms. */
  timeoutMs?: number | undefined
  /** Longest time without output, in ms. */
  silenceMs?: number | undefined
}

/** Says why unsilo itself ended a program, if it did. @param what As in "the command". @throws UnsiloError */
export function checkNotEnded({ endedFor }: CommandEnd, what: string, limits: ProgramLimits): void {
  if (endedFor === 'cancelled') throw new UnsiloError('cancelled', 'interrupted')
  if (endedFor === 'timeout') {
    throw new UnsiloError('timeout', `${what} took longer than ${sayDuration(limits.timeoutMs!)} and was ended`, {
      hint: 'If it needs that long, raise `timeout` in config.toml.',
      retryable: true,
    })
  }
  if (endedFor === 'silence') {
    throw new UnsiloError('timeout', `no output for ${sayDuration(limits.silenceMs!)}; ${what} hung and was ended`, {
      hint: 'If it is quiet for so long when all is well, raise `silence` in config.toml.',
      retryable: true,
    })
  }
}
