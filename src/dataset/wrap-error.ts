import { UnsiloError } from '../errors.ts'

/** A wrapped command ended badly; `wrap` ends with the command's own exit status. */
export class WrappedCommandError extends UnsiloError {
  readonly status: number

  constructor(message: string, status: number) {
    super('command-failed', message, { retryable: true })
    this.status = status
  }
}
