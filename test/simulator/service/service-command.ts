import { scriptCommand } from '../simulator-command.ts'
import type { ServeOptions } from './serve-options.ts'

/** A shell command line that runs the service as a process of its own; the first line on its stdout is its address. */
export function serviceCommand(options: ServeOptions = {}): string {
  return scriptCommand(new URL('serve-command.ts', import.meta.url), [JSON.stringify(options)])
}
