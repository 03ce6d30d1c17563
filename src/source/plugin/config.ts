import * as z from 'zod'

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
    .looseObject({
      kind: z
        .string()
        .regex(new RegExp(`^(?!(?:${known.join('|')})$).+`))
        .describe('A module that adds a kind of source: a path such as "./my-source.mjs", or the name of a package.'),
    })
    .transform(({ kind, ...options }): PluginConfig => ({ kind: 'plugin', module: kind, options }))
}
