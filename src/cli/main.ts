import { CommanderError } from 'commander'
import { ExitCode } from './exit-code.ts'
import { buildProgram } from './program.ts'

try {
  await buildProgram().parseAsync()
} catch (error) {
  // Commander has said what is wrong with the command line, or has shown the help.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
}
