import { isAbsolute, join, resolve } from 'node:path'
import { checkFindable } from '../config/find-datasets.ts'
import { initDataset } from '../dataset/init.ts'
import { templateNamed } from '../dataset/templates/names.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'

export interface InitArguments {
  datasets: string[]
  template: string
  git?: boolean
}

export async function init(args: InitArguments, app: App): Promise<ExitStatus> {
  const paths = args.datasets.map((name) => {
    if (name.trim() === '') {
      throw new UnsiloError('usage', 'a dataset needs a name', { hint: 'Write it like: unsilo init todoist' })
    }
    const path = isAbsolute(name) || name.includes('/') ? resolve(app.cwd, name) : join(app.root, name)
    checkFindable(app.context.system.files, app.root, path)
    return path
  })
  const results = []
  for (const path of paths) {
    results.push(await initDataset(app.context, path, { template: args.template, git: args.git === true }))
  }
  if (app.json) app.printJson({ datasets: results })
  else if (!app.quiet) {
    for (const { dataset, path, created } of results) {
      const what = created.length === 0 ? 'was there already; nothing was changed' : `created in ${path}`
      app.print(`${dataset}: ${what}`)
    }
    const first = results.findIndex(({ created }) => created.includes('config.toml'))
    if (first !== -1) {
      const verb = templateNamed(args.template).next
      const config = join(results[first]!.path, 'config.toml')
      app.print(`Next: edit ${config}, then \`unsilo ${verb} ${asWord(args.datasets[first]!)}\`.`)
    }
  }
  return ExitCode.ok
}

/** As it is typed in a shell. */
function asWord(name: string): string {
  return /^[\p{L}\p{N}_./~@:+-]+$/u.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}
