import { expectUnsiloError } from '../errors.ts'
import { checkOptions } from '../source/plugin/check-options.ts'
import type { PluginConfig } from '../source/plugin/config.ts'
import { isPath, loadPlugin } from '../source/plugin/load-plugin.ts'
import type { Files } from '../system/files.ts'
import type { ValueProblem } from './check.ts'
import { nearestWord } from './nearest.ts'
import { builtInKinds } from './source-config.ts'

/**
 * Checks the keys of a source by the schema of its module, which is loaded for that.
 *
 * @param folder The dataset's, where relative paths start.
 * @returns The configuration as the module wants it.
 */
export async function checkPlugin(
  config: PluginConfig,
  folder: string,
  files: Files,
): Promise<{ source: PluginConfig } | { problems: ValueProblem[] }> {
  const at = ['source', 'kind']
  const { module } = config
  try {
    const definition = await loadPlugin(module, folder, files)
    const checked = await checkOptions(definition, config.options as Record<string, unknown>)
    if ('options' in checked) return { source: { ...config, options: checked.options } }
    return {
      problems: checked.problems.map(({ path, message }) => {
        const key = ['source', ...path]
        return { at: key, key, message }
      }),
    }
  } catch (error) {
    const { message, hint } = expectUnsiloError(error)
    const nearest = isPath(module) ? undefined : nearestWord(module, builtInKinds)
    const meant = nearest === undefined ? hint : `Did you mean "${nearest}"?`
    const kinds = builtInKinds.map((kind) => `"${kind}"`).join(', ')
    const said = isPath(module) ? message : `"${module}" is not one of ${kinds}, and ${message}`
    return { problems: [{ at, key: at, message: said, hint: meant }] }
  }
}
