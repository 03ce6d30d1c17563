import { type LoadedConfig, loadDatasets } from '../config/load.ts'
import { sayProblem } from '../config/problem.ts'
import { type Dataset, openDataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'

export interface OpenedDatasets {
  datasets: Dataset[]
  loaded: LoadedConfig
  /** `ok`, or `config` when some datasets could not be loaded; those have been told to the user. */
  status: ExitStatus
}

/** Loads datasets by name, or all; says what is wrong with those that cannot be loaded. */
export async function openDatasets(app: App, names: readonly string[]): Promise<OpenedDatasets> {
  const loaded = await loadDatasets(app.context.system.files, app.root, names, app.cwd)
  if (loaded.datasets.length > 0) app.log.begin(loaded.root.path, loaded.root.logDays)
  for (const problem of loaded.problems) app.note(`${app.colors.err.red('error:')} ${sayProblem(problem)}`)
  return {
    datasets: loaded.datasets.map(openDataset),
    loaded,
    status: loaded.problems.length === 0 ? ExitCode.ok : ExitCode.config,
  }
}

/** All datasets of the root that can be loaded, for questions that name views of others; nothing is told of those that cannot. */
export async function allDatasets(app: App): Promise<Dataset[]> {
  return (await loadDatasets(app.context.system.files, app.root, [], app.cwd)).datasets.map(openDataset)
}

/** Loads the one dataset that a verb is about. @throws UnsiloError `config` when it cannot be loaded */
export async function openOneDataset(app: App, name: string): Promise<Dataset> {
  const { datasets } = await openDatasets(app, [name])
  if (datasets[0] !== undefined) return datasets[0]
  throw new UnsiloError('config', `${name} cannot be used until its configuration is mended`)
}
