import type { Command } from 'commander'
import type { GlobalOptions } from './app.ts'
import type { Verb } from './perform.ts'

/** Loads a verb's code only when it is used, so that `--help` and each verb start fast. */
export function lazily<Arguments>(
  load: () => Promise<Verb<Arguments>>,
): (args: Arguments, command: Command) => Promise<void> {
  return async (args, command) => {
    const [verb, { perform }] = await Promise.all([load(), import('./perform.ts')])
    process.exitCode = await perform(verb, args, command.optsWithGlobals<GlobalOptions>(), command.name())
  }
}

export const datasetNames = 'names below the root, or paths; all when left out'

/** A subcommand with the program's own settings. */
export function verb(program: Command, usage: string, description: string): Command {
  return program.command(usage).description(description).exitOverride()
}
