import type { ValueProblem } from './check.ts'
import { nearestWord } from '../system/nearest.ts'

/**
 * What is wrong with a list of names of targets: each has to be one of the targets of `unsilo.toml`.
 *
 * @param key The key of the list.
 */
export function unknownTargets(
  names: readonly string[],
  targets: object,
  key: readonly string[] = ['publish'],
): ValueProblem[] {
  const known = Object.keys(targets)
  return names.flatMap((name, index) => {
    if (known.includes(name)) return []
    const nearest = nearestWord(name, known)
    const meant = nearest === undefined ? '' : `: did you mean "${nearest}"?`
    const at = [...key, index]
    return {
      at,
      key: at,
      message: `unsilo.toml has no target "${name}"${meant}`,
      hint: known.length === 0 ? `Add [targets.${name || 'NAME'}] to it.` : `Its targets: ${known.join(', ')}.`,
    }
  })
}
