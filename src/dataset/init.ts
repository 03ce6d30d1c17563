import { basename } from 'node:path'
import { emptyMetrics } from '../metric/metrics-file.ts'
import { layoutOf } from '../parcel/layout.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { Context } from './dataset.ts'
import { type Repository, commitPaths, gitIgnore, runGit } from './git.ts'
import { templates } from './templates.ts'
import { templateNamed } from './templates/names.ts'

export interface InitResult {
  dataset: string
  path: string
  /** What was created; empty when everything was there. */
  created: string[]
}

/**
 * Makes a folder a dataset. What is there already is left as it is.
 *
 * @param git Also makes it a git repository whose parcels are committed.
 */
export async function initDataset(
  context: Context,
  path: string,
  options: { template: string; git: boolean },
): Promise<InitResult> {
  const { files } = context.system
  const layout = layoutOf(path)
  const config = templates[templateNamed(options.template).name]
  const created: string[] = []
  const write = async (file: string, text: string): Promise<void> => {
    if (files.info(file) !== undefined) return
    await replaceFile(files, file, text)
    created.push(basename(file))
  }
  for (const folder of [layout.folder, layout.data, layout.incomplete, layout.log]) {
    if (files.info(folder) === undefined) created.push(folder === path ? '.' : `${basename(folder)}/`)
    files.makeFolder(folder)
  }
  await write(layout.config, `${options.git ? 'git = true\n\n' : ''}${config}`)
  await write(layout.metrics, emptyMetrics)
  if (options.git) await initGit(context, path, created, write)
  return { dataset: basename(path), path, created }
}

async function initGit(
  context: Context,
  path: string,
  created: string[],
  write: (file: string, text: string) => Promise<void>,
): Promise<void> {
  const layout = layoutOf(path)
  const dataset: Repository = { name: basename(path), layout }
  if (context.system.files.info(`${path}/.git`) === undefined) {
    await runGit(dataset, context, ['init', '--quiet'])
    created.push('.git/')
  }
  await write(`${path}/.gitignore`, gitIgnore)
  await commitPaths(dataset, context, '[unsilo] initialize', [`${path}/.gitignore`, layout.config, layout.metrics])
}
