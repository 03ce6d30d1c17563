import { resolve } from 'node:path'
import { printTypes } from '../mirror/types/print-types.ts'
import { viewShapes } from '../mirror/types/view-types.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export interface TypesArguments {
  output?: string
}

export async function types({ output }: TypesArguments, app: App): Promise<ExitStatus> {
  const { datasets, status } = await openDatasets(app, [])
  const problems: object[] = []
  const shapes = await withProgress(app, (context) =>
    viewShapes(datasets, context, (dataset, problem) => {
      problems.push({ dataset, ...problem })
      tellProblems(app, dataset, [problem])
    }),
  )
  const text = printTypes(shapes)
  const path = output === undefined ? undefined : resolve(app.cwd, output)
  const isWritten = path !== undefined && (await writeIfNew(path, text, app))
  if (app.json) {
    const views = shapes.map(({ dataset, view, shape, from, to }) => ({
      dataset,
      view,
      isKnown: shape !== undefined,
      from,
      to,
    }))
    app.printJson({ views, ...(path === undefined ? { types: text } : { output: path, isWritten }), problems })
  } else if (path === undefined) app.print(text)
  else if (!app.quiet) app.note(isWritten ? `Wrote ${path}.` : `${path} is as it was.`)
  return problems.length > 0 ? ExitCode.failed : status
}

/** A file that is as it should be is left alone: what watches it need not start over. */
async function writeIfNew(path: string, text: string, { context }: App): Promise<boolean> {
  const { files } = context.system
  if (files.readText(path) === text) return false
  await replaceFile(files, path, text)
  return true
}
