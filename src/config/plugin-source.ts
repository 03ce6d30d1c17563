import type { PluginConfig } from '../source/plugin/config.ts'
import { loadSourceModule } from '../source/plugin/load-source-module.ts'
import type { Files } from '../system/files.ts'
import type { ValueProblem } from './check.ts'
import { checkModule } from './check-module.ts'
import { builtInKinds } from './source-config.ts'

/**
 * Checks the keys of a source by the schema of its module, which is loaded for that.
 *
 * @param folder The dataset's, where relative paths start.
 * @returns The configuration as the module wants it.
 */
export async function checkSourceModule(
  config: PluginConfig,
  folder: string,
  files: Files,
): Promise<{ source: PluginConfig } | { problems: ValueProblem[] }> {
  const { module } = config
  const options = config.options as Record<string, unknown>
  const load = (): ReturnType<typeof loadSourceModule> => loadSourceModule(module, folder, files)
  const checked = await checkModule({ module, options, at: ['source'], known: builtInKinds, load })
  return 'problems' in checked ? checked : { source: { ...config, options: checked.options } }
}
