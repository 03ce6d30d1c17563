import { inspect } from 'node:util'
import { UnsiloError } from '../../errors.ts'

/**
 * The same error, with nothing in it that `redact` would take out. A cause that holds some is left off: it may be of any
 * shape.
 *
 * @returns `error` itself when it holds nothing, or is a bug.
 */
export function redactError(error: unknown, redact: (text: string) => string): unknown {
  if (!(error instanceof UnsiloError)) return error
  const shown = inspect(error, { depth: 10, showHidden: true })
  if (redact(shown) === shown && redact(error.message) === error.message) return error
  const { code, message, hint, retryable, cause } = error
  const shownCause = inspect(cause, { depth: 10, showHidden: true })
  return new UnsiloError(code, redact(message), {
    ...(hint === undefined ? {} : { hint: redact(hint) }),
    retryable,
    ...(redact(shownCause) === shownCause ? { cause } : {}),
  })
}
