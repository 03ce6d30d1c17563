import * as z from 'zod'

/**
 * The key `kind` of a table that names a module.
 *
 * @param known The kinds that unsilo has itself, which are no modules.
 * @param adds What the module adds, as in "source".
 */
export function moduleKind(known: readonly string[], adds: string) {
  return z
    .string()
    .regex(new RegExp(`^(?!(?:${known.join('|')})$).+`))
    .describe(`A module that adds a kind of ${adds}: a path such as "./my-${adds}.mjs", or the name of a package.`)
}
