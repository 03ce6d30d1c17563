import { type ErrorCode, UnsiloError } from '../errors.ts'
import { fileError } from '../system/file-error.ts'
import type { Redactor } from '../system/redact.ts'

/**
 * What a module throws, as an error that names the module. One that it means for the user stays what it is.
 *
 * @param who The module, as in `./my-source.mjs`.
 */
export function pluginError(error: unknown, who: string, redactor: Redactor): UnsiloError {
  if (isUnsiloError(error)) {
    const { code, message, hint, retryable } = error
    return new UnsiloError(code, redactor.text(message), {
      retryable: retryable === true,
      cause: error,
      ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
    })
  }
  const said = `${who} failed: ${redactor.text(sayError(error))}`
  const known = fileError(error, 'use', who)
  // A file that is missing may be any file, so this says nothing of the one that was asked for.
  if (known instanceof UnsiloError && ['no-space', 'not-permitted'].includes(known.code)) {
    return new UnsiloError(known.code, said, { hint: known.hint })
  }
  const place = placeOf(error)
  return new UnsiloError('command-failed', said, {
    hint: place === undefined ? 'Mend the module.' : `Look at ${place}.`,
    retryable: true,
  })
}

/** Kind and message of an error, in one line. */
export function sayError(error: unknown): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return said.split('\n', 1)[0]!
}

/** The file and the line that an error comes from: they do not stand in the message, but in the stack. */
export function placeOf(error: unknown): string | undefined {
  const place = error instanceof Error ? /file:\/\/(\/[^\s)]+?:\d+)/.exec(error.stack ?? '')?.[1] : undefined
  return place === undefined ? undefined : decodeURI(place)
}

/** The module may have another copy of the class than this program. */
export function isUnsiloError(
  error: unknown,
): error is { code: ErrorCode; message: string; hint?: string | undefined; retryable?: boolean } {
  return (
    error instanceof Error && error.name === 'UnsiloError' && typeof (error as { code?: unknown }).code === 'string'
  )
}
