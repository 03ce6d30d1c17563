import { basename } from 'node:path'
import { type ErrorCode, UnsiloError } from '../errors.ts'
import { fileError } from '../system/file-error.ts'
import type { Redactor } from '../system/redact.ts'
import { isPath } from './is-path.ts'

/**
 * What a module throws, as an error that names the module. One that it means for the user stays what it is.
 *
 * @param module As written, as in `./my-source.mjs`.
 * @param who What it is called in messages.
 */
export function pluginError(error: unknown, module: string, redactor: Redactor, who = module): UnsiloError {
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
  const place = placeIn(module, error)
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

/** The file and the line of a module that an error comes from. They do not stand in the message, but in the stack. */
function placeIn(module: string, error: unknown): string | undefined {
  const own = isPath(module) ? `/${basename(module)}:` : `/node_modules/${module}/`
  const stack = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const frame = stack.find((line) => /^ +at /.test(line) && line.includes(own))
  const place = frame === undefined ? undefined : /(?:^|[\s(])(?:file:\/\/)?(\/\S*?:\d+)/.exec(frame)?.[1]
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
