import { type DatasetView, type DatasetViewState, readyViews, viewStates } from '../dataset/views/views.ts'
import type { Problem } from '../dataset/dataset.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'
import { noteLines } from './view-notes.ts'
import { viewTable } from './view-table.ts'

export async function views(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const found: DatasetViewState[] = []
  const withTables: DatasetView[] = []
  // Others than people take a line for a line.
  const columns = process.stdout.isTTY ? app.columns : undefined
  const failed: { dataset: string; problems: Problem[] }[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const problems = await withProgress(app, async (context) => {
      // Only JSON says where the tables are.
      const ready = app.json ? await readyViews(dataset, context) : undefined
      const { views: states, problems: told } = ready ?? (await viewStates(dataset, context))
      found.push(...states)
      withTables.push(...(ready?.views ?? []))
      return told
    })
    if (problems.length > 0) failed.push({ dataset: dataset.name, problems })
  })
  if (app.json) app.printJson({ views: withTables.map(viewJson), problems: failed.flatMap(problemJson) })
  else if (found.length > 0) app.print(viewTable(found, { columns, colors: app.colors.out }))
  else if (failed.length === 0 && status === ExitCode.ok)
    app.print('There are no views; docs/views.md says how to define one.')
  for (const { dataset, problems } of failed) tellProblems(app, dataset, problems)
  if (!app.json && !app.quiet) for (const view of found) for (const line of noteLines(view, columns)) app.print(line)
  return failed.length > 0 ? ExitCode.failed : status
}

function viewJson({ dataset, definition, state, paths }: DatasetView): unknown {
  return { dataset, view: definition.name, ...state, tables: paths }
}

function problemJson({ dataset, problems }: { dataset: string; problems: Problem[] }): unknown[] {
  return problems.map((problem) => ({ dataset, ...problem }))
}
