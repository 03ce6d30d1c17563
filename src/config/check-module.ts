import { expectUnsiloError } from '../errors.ts'
import { checkOptions } from '../plugin/check-options.ts'
import type { PluginDefinition } from '../plugin/definition.ts'
import { isPath } from '../plugin/is-path.ts'
import type { ValueProblem } from './check.ts'
import { nearestWord } from '../system/nearest.ts'
import type { KeyPath } from './problem.ts'

interface ModuleToCheck {
  /** As written. */
  module: string
  /** What is the module's of the keys that stand there. */
  options: Record<string, unknown>
  /** The table that names the module. */
  at: KeyPath
  /** The kinds that unsilo has itself, one of which may be misspelt. */
  known: readonly string[]
  load(): Promise<PluginDefinition>
}

/** Loads a module, and checks its keys by its own schema. */
export async function checkModule({
  module,
  options,
  at,
  known,
  load,
}: ModuleToCheck): Promise<{ options: unknown } | { problems: ValueProblem[] }> {
  try {
    const checked = await checkOptions(await load(), options)
    if ('options' in checked) return checked
    return {
      problems: checked.problems.map(({ path, message }) => {
        const key = [...at, ...path]
        return { at: key, key, message }
      }),
    }
  } catch (error) {
    const { message, hint } = expectUnsiloError(error)
    const nearest = isPath(module) ? undefined : nearestWord(module, known)
    const meant = nearest === undefined ? hint : `Did you mean "${nearest}"?`
    const kinds = known.map((kind) => `"${kind}"`).join(', ')
    const said = isPath(module) ? message : `"${module}" is not one of ${kinds}, and ${message}`
    const key = [...at, 'kind']
    return { problems: [{ at: key, key, message: said, hint: meant }] }
  }
}
