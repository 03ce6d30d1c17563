import * as z from 'zod'
import { moduleKind } from '../../plugin/module-kind.ts'

/** `[source]` of a kind that a module adds; its own keys are checked by the module's schema. */
export interface PluginConfig {
  kind: 'plugin'
  /** As written: a path, or the name of a package. */
  module: string
  options: unknown
}

/** @param known The kinds that unsilo has itself, which are no modules. */
export function pluginConfig(known: readonly string[]) {
  return z
    .looseObject({ kind: moduleKind(known, 'source') })
    .transform(({ kind, ...options }): PluginConfig => ({ kind: 'plugin', module: kind, options }))
}
