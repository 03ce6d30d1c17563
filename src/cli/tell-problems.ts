import type { Problem } from '../dataset/dataset.ts'
import { levelOf } from '../log/entry.ts'
import type { App } from './app.ts'
import { problemLine } from './outcome.ts'

/** Tells what a person should know, and what to do next. */
export function tellProblems(app: App, dataset: string, problems: readonly Problem[]): void {
  for (const problem of problems) app.note(problemLine(dataset, problem, app.colors.err), levelOf(problem))
}
