import * as z from 'zod'
import { moduleKind } from '../../plugin/module-kind.ts'

/** `[targets.NAME]` of a kind that a module adds, beside the keys that all targets have. */
export interface PluginTargetConfig {
  kind: 'plugin'
  /** As written: a path, or the name of a package. */
  module: string
  /** As written: they are checked by the module's own schema. */
  options: Record<string, unknown>
}

/**
 * @param known The kinds that unsilo has itself, which are no modules.
 * @param shared The keys that all targets have; any other is the module's.
 */
export function pluginTargetConfig<Shared extends z.ZodRawShape>(known: readonly string[], shared: Shared) {
  const sharedKeys = z.object(shared)
  return z
    .looseObject({ kind: moduleKind(known, 'target'), ...shared })
    .transform((values): PluginTargetConfig & z.output<typeof sharedKeys> => {
      const { kind: module, ...others } = values as Record<string, unknown> & { kind: string }
      const isShared = ([key]: [string, unknown]): boolean => Object.hasOwn(shared, key)
      const entries = Object.entries(others)
      const options = Object.fromEntries(entries.filter((entry) => !isShared(entry)))
      const checked = Object.fromEntries(entries.filter(isShared)) as z.output<typeof sharedKeys>
      return { ...checked, kind: 'plugin', module, options }
    })
}
