import { join } from 'node:path'
import type { Files } from '../system/files.ts'
import { type ValueProblem, placeProblems } from './check.ts'
import { checkDataset } from './check-dataset.ts'
import type { DatasetConfig } from './dataset-config.ts'
import { originOf, withDefaults } from './defaults.ts'
import { type DatasetPlace, datasetFileName, findDatasets, shownPath } from './find-datasets.ts'
import type { ConfigProblem } from './problem.ts'
import { unknownTargets } from './publish-targets.ts'
import { type RootConfig, loadRoot } from './root-config.ts'
import { type TomlFile, readTomlFile } from './toml-file.ts'

/** Where a dataset's values were read from. */
interface ConfigSources {
  /** The dataset's own `config.toml`. */
  dataset: TomlFile
  root: RootConfig
}

export interface LoadedDataset extends DatasetPlace {
  config: DatasetConfig
  sources: ConfigSources
}

export interface LoadedConfig {
  root: RootConfig
  /** Those without a problem. */
  datasets: LoadedDataset[]
  /** Of all files that were read; `configError` makes one error of them. */
  problems: ConfigProblem[]
}

/**
 * Reads and checks the configuration of datasets: names below the root, or paths; none means all of the root's.
 * A dataset with a problem does not keep the others from loading; a problem in `unsilo.toml` does, as a dataset without
 * its defaults is not what the user meant. Only the module of a target, when it is at fault, is no reason not to export.
 *
 * @throws UnsiloError `not-found` for a name or path that is no dataset
 */
export async function loadDatasets(
  files: Files,
  rootPath: string,
  names: readonly string[],
  cwd: string = process.cwd(),
): Promise<LoadedConfig> {
  const places = findDatasets(files, rootPath, names, cwd)
  const { root, problems } = await loadRoot(files, rootPath)
  const loaded = await Promise.all(places.map((place) => loadDataset(files, root, place)))
  const datasets = loaded.flatMap((one) => ('dataset' in one ? [one.dataset] : []))
  return {
    root,
    datasets: root.targets === undefined ? [] : datasets,
    problems: [...problems, ...loaded.flatMap((one) => ('problems' in one ? one.problems : []))],
  }
}

async function loadDataset(
  files: Files,
  root: RootConfig,
  place: DatasetPlace,
): Promise<{ dataset: LoadedDataset } | { problems: ConfigProblem[] }> {
  const path = join(place.path, datasetFileName)
  const shown = shownPath(root.path, path)
  const read = readTomlFile(files, path, shown)
  if (read === undefined) return { problems: [{ file: shown, message: 'is gone' }] }
  if ('problem' in read) return { problems: [read.problem] }
  const sources = { dataset: read.file, root }
  const checked = await checkDataset(withDefaults(read.file.values, root.defaults))
  if ('problems' in checked) return { problems: await placeInSources(checked.problems, sources) }
  const unknown = root.targets === undefined ? [] : unknownIn(checked.value, root.targets)
  if (unknown.length > 0) return { problems: await placeInSources(unknown, sources) }
  const config = checked.value
  if (config.source?.kind !== 'plugin') return { dataset: { ...place, config, sources } }
  // The code of modules is loaded on first use.
  const { checkSourceModule } = await import('./plugin-source.ts')
  const plugin = await checkSourceModule(config.source, place.path, files)
  if ('problems' in plugin) return { problems: await placeInSources(plugin.problems, sources) }
  return { dataset: { ...place, config: { ...config, source: plugin.source }, sources } }
}

function unknownIn({ publish, publishViews }: DatasetConfig, targets: object): ValueProblem[] {
  const ofViews = publishViews.flatMap((view) =>
    unknownTargets(view.targets, targets, ['publish_view', view.name, 'targets']),
  )
  return [...unknownTargets(publish, targets), ...ofViews]
}

/** A key from `[defaults]` can be wrong for one dataset only, beside that dataset's own keys. */
async function placeInSources(problems: ValueProblem[], { dataset, root }: ConfigSources): Promise<ConfigProblem[]> {
  const isDefault = ({ at }: ValueProblem): boolean => originOf(at, dataset.values, root.defaults) === 'defaults'
  const own = problems.filter((problem) => !isDefault(problem))
  const placed = await placeProblems(own, dataset)
  if (root.file !== undefined)
    placed.push(...(await placeProblems(problems.filter(isDefault), root.file, ['defaults'])))
  return placed
}
