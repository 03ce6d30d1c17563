import type { ValueProblem } from './check.ts'
import { nearestWord } from './nearest.ts'

/** What is wrong with the names that `publish` lists: each has to be one of the targets of `unsilo.toml`. */
export function unknownTargets(names: readonly string[], targets: object): ValueProblem[] {
  const known = Object.keys(targets)
  return names.flatMap((name, index) => {
    if (known.includes(name)) return []
    const nearest = nearestWord(name, known)
    const meant = nearest === undefined ? '' : `: did you mean "${nearest}"?`
    const at = ['publish', index]
    return {
      at,
      key: at,
      message: `unsilo.toml has no target "${name}"${meant}`,
      hint: known.length === 0 ? `Add [targets.${name || 'NAME'}] to it.` : `Its targets: ${known.join(', ')}.`,
    }
  })
}
