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
  const isWrong = error.exitCode !== 0
  process.exitCode = isWrong ? ExitCode.usage : ExitCode.ok
  if (isWrong && wantsJson(process.argv.slice(2))) {
    process.stdout.write(`${JSON.stringify({ error: usageError(error) }, null, 2)}\n`)
  }
}

/** What stands after `--` is another program's. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).includes('--json')
}

/** As any other failure is told to programs. */
function usageError({ code, message }: CommanderError): { code: 'usage'; message: string; hint?: string } {
  if (code.startsWith('commander.help')) {
    return { code: 'usage', message: 'a verb is missing', hint: '`unsilo --help` lists them.' }
  }
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n')
  const hint = rest
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1')
  return { code: 'usage', message: first, ...(hint === '' ? {} : { hint }) }
}
