import { UnsiloError } from '../errors.ts'

/** A wrapped command ended badly; `wrap` ends with the command's own exit status. */
export class WrappedCommandError extends UnsiloError {
  readonly status: number

  /** @param cause Why the command could not even be started. */
  constructor(message: string, status: number, cause?: UnsiloError) {
    const hint = cause?.hint === undefined ? {} : { hint: cause.hint }
    super(cause?.code ?? 'command-failed', message, { retryable: cause === undefined, cause, ...hint })
    this.status = status
  }
}
