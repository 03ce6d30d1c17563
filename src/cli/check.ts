import type { Problem } from '../dataset/dataset.ts'
import { checkDataset } from '../dataset/views/check-dataset.ts'
import type { CheckResult } from '../view/check/result.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { allDatasets } from './open-datasets.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function check(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  // Checks may name views of any dataset; what is wrong with those that are not asked for is not told.
  const all = await allDatasets(app)
  const found: { dataset: string; results: CheckResult[] }[] = []
  const problems: (Problem & { dataset: string })[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const mirror = [dataset, ...all.filter(({ layout }) => layout.folder !== dataset.layout.folder)]
    const results = await withProgress(app, (context) =>
      checkDataset(dataset, mirror, context, (of, problem) => void problems.push({ dataset: of, ...problem })),
    )
    found.push({ dataset: dataset.name, results })
  })
  for (const { dataset, ...problem } of problems) {
    tellProblems(app, dataset, [problem])
  }
  const checks = found.flatMap(({ dataset, results }) => results.map((result) => ({ dataset, ...result })))
  if (app.json) app.printJson({ checks, problems })
  else if (checks.length > 0) for (const result of checks) showResult(result, app)
  else if (status === ExitCode.ok) app.print('There are no checks; docs/checks.md says how to define one.')
  return checks.some(({ verdict }) => verdict !== 'passed') ? ExitCode.failed : status
}

function showResult({ dataset, ...result }: CheckResult & { dataset: string }, app: App): void {
  const { green, red, dim } = app.colors.out
  if (result.verdict === 'passed') {
    if (!app.quiet) app.print(`${green('✓')} ${dataset}/${sayResult(result)}`)
    return
  }
  app.print(`${red('✗')} ${dataset}/${sayResult(result)}`)
  for (const text of result.examples) app.print(`    ${onOneLine(text)}`)
  const { examples, wrong = 0 } = result
  if (examples.length > 0 && wrong > examples.length) app.print(dim(`    … ${wrong - examples.length} more`))
  for (const line of moreLines(result)) app.print(`    ${line}`)
  if (result.hint !== undefined) app.print(dim(`  → ${result.hint}`))
}

/** `saved: created (min): 3 of 120 rows have a created below 2005-01-01`. */
function sayResult({ view, check: name, rule, message }: CheckResult): string {
  return `${view}: ${name}${name === rule ? '' : ` (${rule})`}: ${message}`
}

/** What DuckDB says beyond what stands in the message, with the place that it points at. */
function moreLines({ problem = '', message }: CheckResult): string[] {
  const lines = problem.split('\n').filter((line) => line.trim() !== '')
  return (message.includes(lines[0] ?? '') ? lines.slice(1) : lines).map(cut)
}

function onOneLine(text: string): string {
  return cut(text.replaceAll(/\s+/g, ' '))
}

function cut(line: string): string {
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
