import tab from '@bomb.sh/tab/commander'
import { findDatasets } from '../config/find-datasets.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { buildVerbs } from './program.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell']

/** Prints the script that makes a shell complete `unsilo` commands. */
export async function completion(args: { shell: string }, _app: App): Promise<ExitStatus> {
  if (!shells.includes(args.shell)) {
    throw new UnsiloError('usage', `there is no completion for ${args.shell}`, { hint: `Choose ${shells.join(', ')}.` })
  }
  completions([]).setup('unsilo', 'unsilo', args.shell)
  return ExitCode.ok
}

/** Answers such a script: what can stand where the user pressed the key. */
export async function complete(args: { words: string[] }, app: App): Promise<ExitStatus> {
  completions(datasetNames(app)).parse(args.words)
  return ExitCode.ok
}

function completions(names: readonly string[]): ReturnType<typeof tab> {
  const root = tab(buildVerbs(), { completionCommandName: 'completion' })
  for (const command of root.commands.values()) {
    const { variadic } = command.arguments.get('dataset') ?? {}
    if (variadic === undefined) continue
    command.argument('dataset', (add) => names.forEach((name) => add(name, 'dataset')), variadic)
  }
  return root
}

/** The user is in the middle of a line: a root that cannot be read completes to nothing, and is told when the line is run. */
function datasetNames(app: App): string[] {
  try {
    return findDatasets(app.context.system.files, app.root, [], app.cwd).map(({ name }) => name)
  } catch (error) {
    if (error instanceof UnsiloError) return []
    throw error
  }
}
