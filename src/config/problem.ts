import { UnsiloError } from '../errors.ts'

/** Something in a configuration file that its author has to mend. */
export interface ConfigProblem {
  /** As the user would name it: `todoist/config.toml`. */
  file: string
  line?: number | undefined
  column?: number | undefined
  /** Dotted key that the problem is about; for an unknown key, the table that it stands in. */
  key?: string | undefined
  message: string
  /** What to do, as a sentence. */
  hint?: string | undefined
}

/** Says a problem as compilers do, so that editors can jump to it: `todoist/config.toml:3: interval: … is not a duration.` */
export function sayProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const key = problem.key === undefined ? '' : `${problem.key}: `
  const hint = problem.hint === undefined ? '' : `${/[.?!]$/.test(problem.message) ? '' : '.'} ${problem.hint}`
  return `${place}: ${key}${problem.message}${hint}`
}

/** All problems as one error, for a caller that cannot go on with the rest. */
export function configError(problems: readonly ConfigProblem[]): UnsiloError {
  return new UnsiloError('config', problems.map(sayProblem).join('\n'))
}

export type KeyPath = readonly PropertyKey[]

/** Writes a path as TOML would: `metrics."open tasks".cmd`, `ingest.paths[0]`. */
export function sayKey(path: KeyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      const name = /^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(part)
      return index === 0 ? name : `.${name}`
    })
    .join('')
}
