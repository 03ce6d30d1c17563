import { type Finding, examine } from '../report/doctor.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'

export async function doctor(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const { datasets, loaded, status } = await openDatasets(app, args.datasets)
  const findings = await examine(app.root, datasets, app.context)
  if (app.json) app.printJson({ root: app.root, findings, configProblems: loaded.problems })
  else {
    app.print(`root: ${app.root}`)
    for (const finding of findings) app.print(sayFinding(finding, app))
  }
  if (status !== ExitCode.ok) return status
  return findings.some((finding) => finding.status === 'error') ? ExitCode.failed : ExitCode.ok
}

function sayFinding({ check, status, message, hint }: Finding, app: App): string {
  const { green, yellow, red, dim } = app.colors.out
  const mark = { ok: green('✓'), warning: yellow('!'), error: red('✗') }[status]
  return `${mark} ${check}: ${message}${hint === undefined ? '' : `\n  ${dim(`→ ${hint}`)}`}`
}
