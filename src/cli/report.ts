import { dirname, resolve } from 'node:path'
import pc from 'picocolors'
import type { ConfigProblem } from '../config/problem.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { UnsiloError } from '../errors.ts'
import { type Report, makeReport } from '../report/report.ts'
import { reportText } from '../report/text.ts'
import { unreadOf } from '../report/verdict.ts'
import { replaceFile } from '../system/replace-file.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'
import { reportFormatOf, type ReportFormat } from './report-format.ts'

export interface ReportArguments {
  datasets: string[]
  check?: boolean
  all?: boolean
  format?: ReportFormat
  /** A file instead of stdout. */
  output?: string
}

export async function report(args: ReportArguments, app: App): Promise<ExitStatus> {
  const format = formatOf(args, app)
  const { datasets, loaded, status } = await openDatasets(app, args.datasets)
  const found = await makeReport(datasets, app.context, loaded.root.accept)
  const isEmpty = format === 'text' && datasets.length === 0 && loaded.problems.length > 0
  if (!isEmpty) await tell(await written(format, found, { datasets, problems: loaded.problems }, args, app), args, app)
  if (status !== ExitCode.ok) return status
  // Nothing to check is a mount that is gone, or a wrong root, and no good news.
  const isBad = found.warned > 0 || datasets.length === 0
  return args.check === true && isBad ? ExitCode.failed : ExitCode.ok
}

/** @throws UnsiloError `usage` where two things say different formats, and for a file whose name does not say it */
function formatOf({ format, output }: ReportArguments, { json }: App): ReportFormat {
  if (json) {
    const other = format ?? (output === undefined ? undefined : reportFormatOf(output))
    if (other === undefined || other === 'json') return 'json'
    const said = format === undefined ? `the name of ${output}` : `--format ${format}`
    throw new UnsiloError('usage', `--json asks for JSON, and ${said} for ${other}`, {
      hint: 'Leave one of the two out. For both, ask twice.',
    })
  }
  if (format !== undefined || output === undefined) return format ?? 'text'
  const found = reportFormatOf(output)
  if (found !== undefined) return found
  throw new UnsiloError('usage', `the name of ${output} does not say what to write`, {
    hint: 'End it in .html, .md, .json or .txt, or say --format.',
  })
}

interface Loaded {
  datasets: readonly Dataset[]
  problems: readonly ConfigProblem[]
}

/** The code of pages is loaded for pages only. */
async function written(
  format: ReportFormat,
  found: Report,
  { datasets, problems }: Loaded,
  { all, output }: ReportArguments,
  app: App,
): Promise<string> {
  if (format === 'json') return `${JSON.stringify({ ...found, configProblems: problems }, null, 2)}\n`
  if (format === 'text') {
    const [colors, columns] = output === undefined ? [app.colors.out, app.columns] : [pc.createColors(false), 80]
    return reportText(found, colors, columns, all)
  }
  const options = { unread: problems.map(unreadOf), ...(all === true ? { all } : {}) }
  if (format === 'markdown') return (await import('../report/markdown.ts')).reportMarkdown(found, options)
  const [{ reportHtml }, { readPasts }] = await Promise.all([
    import('../report/html/page.ts'),
    import('../report/past/past.ts'),
  ])
  return reportHtml(found, { ...options, pasts: await readPasts(datasets, app.context) })
}

/** @throws UnsiloError `usage` where no file can be written */
function checkPlace(path: string, { context: { system } }: App): void {
  const folder = dirname(path)
  const kind = system.files.info(folder)?.kind
  if (kind === 'folder') return
  throw new UnsiloError(
    'usage',
    `cannot write ${path}: ${kind === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`}`,
    { hint: kind === undefined ? `Make it first: mkdir -p '${folder}'` : 'Name another place.' },
  )
}

/** Shows it, or writes it to a file that is whole or not there at all. */
async function tell(text: string, { output }: ReportArguments, app: App): Promise<void> {
  if (output === undefined) return app.print(text)
  const path = resolve(app.cwd, output)
  checkPlace(path, app)
  await replaceFile(app.context.system.files, path, text)
  if (!app.quiet) app.note(`Wrote ${path}.`)
}
