import { join } from 'node:path'
import * as z from 'zod'
import type { Files } from '../system/files.ts'
import { checkValues, placeProblems } from './check.ts'
import { datasetKeys } from './dataset-keys.ts'
import { rootFileName } from './find-root.ts'
import type { ConfigProblem } from './problem.ts'
import { checkTiming } from './timing.ts'
import { type TomlFile, readTomlFile } from './toml-file.ts'
import { type TomlValues, isTable } from './values.ts'

/** What the root says about all of its datasets. */
export interface RootConfig {
  /** The root folder, absolute. */
  path: string
  /** `unsilo.toml`; `undefined` when there is none, or none that can be read. */
  file: TomlFile | undefined
  /** `[defaults]` as written, and checked: values that a dataset does not give itself. */
  defaults: TomlValues
}

/** The keys of `unsilo.toml`. */
export const rootConfig = z.strictObject({
  defaults: datasetKeys
    // These are about one dataset's data.
    .omit({ cmd: true, env: true, stdout: true, ingest: true, metrics: true })
    .check(z.superRefine(checkTiming, { when: () => true }))
    .optional()
    .describe('Values for all datasets that do not give their own.'),
})

export async function loadRoot(files: Files, path: string): Promise<{ root: RootConfig; problems: ConfigProblem[] }> {
  const none = { path, file: undefined, defaults: {} }
  const read = readTomlFile(files, join(path, rootFileName), rootFileName)
  if (read === undefined) return { root: none, problems: [] }
  if ('problem' in read) return { root: none, problems: [read.problem] }
  const { file } = read
  const checked = checkValues(rootConfig, file.values)
  if ('problems' in checked) return { root: none, problems: await placeProblems(checked.problems, file) }
  const { defaults } = file.values
  return { root: { path, file, defaults: isTable(defaults) ? defaults : {} }, problems: [] }
}
