import { basename, dirname } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { nearestWord } from '../system/nearest.ts'
import { configError } from './problem.ts'
import { loadRoot } from './root-config.ts'
import type { TargetConfig } from './target-config.ts'

export interface LoadedTarget {
  config: TargetConfig
  /** Where relative paths of it start. */
  folder: string
}

/**
 * Reads one target of a configuration, for something that may be done without any dataset.
 *
 * @param file `unsilo.toml`, or another file of that form.
 * @throws UnsiloError `config` for mistakes in it; `not-found` when there is no such file, or no such target in it
 */
export async function loadTarget(files: Files, file: string, name: string): Promise<LoadedTarget> {
  const folder = dirname(file)
  const { root, problems } = await loadRoot(files, folder, { name: basename(file), target: name })
  if (problems.length > 0) throw configError(problems)
  if (root.file === undefined) {
    throw new UnsiloError('not-found', `there is no ${file}, which would say where ${name} is`, {
      hint: `Write the table [targets.${name}] into it, or into another file, and name that: --config FILE.`,
    })
  }
  const { targets = {} } = root
  if (Object.hasOwn(targets, name)) return { config: targets[name]!, folder }
  const names = Object.keys(targets)
  const nearest = nearestWord(name, names)
  const hint = names.length === 0 ? `Add [targets.${name}] to it.` : `It has: ${names.join(', ')}.`
  throw new UnsiloError('not-found', `${basename(file)} has no target "${name}"`, {
    hint: nearest === undefined ? hint : `Did you mean "${nearest}"? ${hint}`,
  })
}
