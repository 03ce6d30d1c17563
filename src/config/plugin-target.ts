import type { Files } from '../system/files.ts'
import { builtInKinds } from '../target/place-config.ts'
import { loadTargetModule } from '../target/plugin/load-target-module.ts'
import type { ValueProblem } from './check.ts'
import { checkModule } from './check-module.ts'
import type { TargetConfig } from './target-config.ts'

/**
 * Checks the keys of targets by the schemas of their modules, which are loaded for that.
 *
 * @param root Where relative paths start.
 */
export async function checkTargetModules(
  targets: readonly (readonly [name: string, config: TargetConfig])[],
  root: string,
  files: Files,
): Promise<ValueProblem[]> {
  const checks = targets.map(async ([name, config]) => {
    if (config.kind !== 'plugin') return []
    const { module, options } = config
    const load = (): ReturnType<typeof loadTargetModule> => loadTargetModule(module, root, files)
    const checked = await checkModule({ module, options, at: ['targets', name], known: builtInKinds, load })
    return 'problems' in checked ? checked.problems : []
  })
  return (await Promise.all(checks)).flat()
}
