import { CommanderError } from 'commander'
import { ExitCode } from './exit-code.ts'
import { buildProgram } from './program.ts'

// The reader of a pipe may have had enough (`unsilo parcels … | head`); that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

try {
  await buildProgram().parseAsync()
} catch (error) {
  // Commander has said what is wrong with the command line, or has shown the help.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
}
