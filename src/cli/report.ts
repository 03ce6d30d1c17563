import { makeReport } from '../report/report.ts'
import { reportText } from '../report/text.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'

export interface ReportArguments {
  datasets: string[]
  check?: boolean
  all?: boolean
  format?: 'text' | 'json'
}

export async function report(args: ReportArguments, app: App): Promise<ExitStatus> {
  const { datasets, loaded, status } = await openDatasets(app, args.datasets)
  const found = await makeReport(datasets, app.context)
  if (app.json || args.format === 'json') app.printJson({ ...found, configProblems: loaded.problems })
  else if (datasets.length > 0 || loaded.problems.length === 0)
    app.print(reportText(found, app.colors.out, app.columns, args.all))
  if (status !== ExitCode.ok) return status
  // Nothing to check is a mount that is gone, or a wrong root, and no good news.
  const isBad = found.warned > 0 || datasets.length === 0
  return args.check === true && isBad ? ExitCode.failed : ExitCode.ok
}
