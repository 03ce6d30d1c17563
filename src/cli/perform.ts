import { type App, type GlobalOptions, createApp } from './app.ts'
import type { ExitStatus } from './exit-code.ts'
import { tellError } from './fail.ts'

/** What a verb does: asks, shows, and chooses the exit status. */
export type Verb<Arguments> = (args: Arguments, app: App) => Promise<ExitStatus>

/** Carries out a verb, and tells what went wrong. */
export async function perform<Arguments>(
  verb: Verb<Arguments>,
  args: Arguments,
  options: GlobalOptions,
): Promise<ExitStatus> {
  const app = createApp(options)
  try {
    return await verb(args, app)
  } catch (error) {
    return tellError(error, app)
  }
}
