import { type Remade, remakeDataset } from '../dataset/remake.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { withProgress } from './with-progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function recover(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const all: Remade[] = []
  const status = await eachDataset(app, args.datasets, async (dataset) => {
    const remade = await withProgress(app, (context) => remakeDataset(dataset, context))
    all.push(remade)
    if (!app.json && !app.quiet) for (const line of remadeLines(remade, app)) app.print(line)
    if (!app.json) tellProblems(app, remade.dataset, remade.problems)
  })
  if (app.json) app.printJson({ datasets: all })
  const hasFailed = all.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))
  return hasFailed ? ExitCode.failed : status
}

/** Changed metrics that are told one by one. */
const most = 10

function remadeLines({ dataset, recovered, damaged, measured, metrics, views }: Remade, app: App): string[] {
  const { bold, red, yellow } = app.colors.out
  const asBefore =
    metrics.length === 0 && measured.length > 0 ? `, ${damaged.length > 0 ? 'these' : 'all'} as before` : ''
  const lines = [`${bold(dataset)}: measured ${count(measured.length, 'parcel')}${asBefore}`]
  for (const { parcel, faults } of damaged) lines.push(`  ${red('damaged')}  ${parcel}: ${faults.join('; ')}`)
  const told = metrics.filter(({ before }) => before !== undefined)
  const fresh = new Set(metrics.filter(({ before }) => before === undefined).map(({ parcel }) => parcel))
  for (const { parcel, metric, before, after = '' } of told.slice(0, most))
    lines.push(`  ${yellow('differs')}  ${parcel} ${metric}: ${before || 'nothing'} before, ${after || 'nothing'} now`)
  if (told.length > most) lines.push(`  and ${told.length - most} more`)
  if (fresh.size > 0) lines.push(`  not measured before: ${[...fresh].join(', ')}`)
  for (const { parcel, state, doubts } of recovered) {
    const why = doubts === undefined ? '' : `: ${doubts.join('; ')}`
    lines.push(`  written into the ledger: ${parcel}, ${state}${why}`)
  }
  for (const { view, before, after, kept } of views) {
    const counts = Object.entries(after).map(([name, value]) => {
      const earlier = before?.[name as keyof typeof after]
      const said = value === 1 ? `1 ${name.replace(/s$/, '')}` : `${value} ${name}`
      return earlier === undefined || earlier === value ? said : yellow(`${said} (${earlier} before)`)
    })
    lines.push(`  view ${view}: ${counts.join(', ')}`)
    if (kept !== undefined) lines.push(`    what it was before is kept in ${kept}`)
  }
  return lines
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
