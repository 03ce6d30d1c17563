import { WrappedCommandError } from '../dataset/wrap-error.ts'
import { type ErrorCode, UnsiloError } from '../errors.ts'
import { levelOf } from '../log/entry.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'

const statuses: Partial<Record<ErrorCode, ExitStatus>> = {
  busy: ExitCode.locked,
  cancelled: ExitCode.interrupted,
  config: ExitCode.config,
  'not-found': ExitCode.usage,
  usage: ExitCode.usage,
}

/** Tells a person, or with `--json` a program, what went wrong and what to do next. A bug is thrown on, with its stack. */
export function tellError(error: unknown, app: Pick<App, 'json' | 'note' | 'colors' | 'printJson'>): ExitStatus {
  if (!(error instanceof UnsiloError)) throw error
  const { code, message, hint } = error
  if (app.json) app.printJson({ error: { code, message, ...(hint === undefined ? {} : { hint }) } })
  app.note(
    `${app.colors.err.red('error:')} ${message}${hint === undefined ? '' : `\n${app.colors.err.dim(`→ ${hint}`)}`}`,
    levelOf({ severity: 'error', code }),
  )
  if (error instanceof WrappedCommandError) return error.status
  return statuses[code] ?? ExitCode.failed
}
