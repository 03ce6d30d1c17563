import type { RestoredDataset } from '../dataset/from-target/restore-dataset.ts'
import { type RestoredRoot, restoreRoot } from '../dataset/restore-root.ts'
import { UnsiloError } from '../errors.ts'
import { pathFrom } from '../system/path-from.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { type FromArguments, openFrom } from './open-from.ts'
import { openProgress } from './progress.ts'
import { tellProblems } from './tell-problems.ts'

export async function restoreWholeRoot(args: FromArguments & { isRootNamed: boolean }, app: App): Promise<ExitStatus> {
  if (!args.isRootNamed) {
    throw new UnsiloError('usage', 'a whole root is restored into the folder that --root names, and there is none', {
      hint: 'Name an empty folder: --root FOLDER; or a dataset, to restore a parcel of it.',
    })
  }
  const place = await openFrom(args, app)
  const besides = [args.config, ...(args.identity ?? [])].filter((path) => path !== undefined)
  const progress = openProgress(app)
  let restored: RestoredRoot
  try {
    const context = { ...app.context, onProgress: progress.onProgress }
    const named = besides.map((path) => pathFrom(app.cwd, path))
    restored = await restoreRoot({ ...place, root: app.root, besides: named }, context)
  } finally {
    progress.close()
  }
  if (app.json) app.printJson(restored)
  else show(restored, app)
  const hasFailed = restored.datasets.some(
    ({ state, problems }) => state === 'failed' || problems.some(({ severity }) => severity === 'error'),
  )
  return hasFailed ? ExitCode.failed : ExitCode.ok
}

function show(restored: RestoredRoot, app: App): void {
  const { datasets, problems, secrets, from } = restored
  const { dim, yellow } = app.colors.err
  for (const dataset of datasets) showDataset(dataset, from, app)
  tellProblems(app, 'the root', problems)
  if (restored.configuration === 'beside') {
    app.note(`${yellow('!')} unsilo.toml was here, and is as it was; ${from} has another one`)
    app.note(`  ${dim('→ Compare it with unsilo.restored.toml, which is that of the target.')}`)
  }
  if (restored.configuration === 'none') app.note(`${yellow('!')} ${from} has no unsilo.toml`)
  const unreadable = secrets.filter(({ untried }) => untried === undefined)
  if (unreadable.length > 0) app.note(`${yellow('!')} secrets that are not on this machine, and never at a target:`)
  for (const { file, key, where } of unreadable) app.note(`  ${file}: ${key}: ${where}`)
  const untried = secrets.filter((secret) => secret.untried === true)
  if (untried.length > 0) app.note(`${dim('·')} secrets that commands print; no command was tried:`)
  for (const { file, key } of untried) app.note(`  ${file}: ${key}`)
  if (datasets.some(({ state }) => state === 'failed')) {
    app.note(dim('→ Type the same again when that is mended: what is there stays, and what is missing is brought.'))
  }
}

function showDataset(
  { dataset, state, parcels, bytes, lost, problems }: RestoredDataset,
  from: string,
  app: App,
): void {
  const { green, red, dim } = app.colors.out
  const count = parcels === 1 ? '1 parcel' : `${parcels} parcels`
  if (state === 'failed') app.note(`${app.colors.err.red('✗')} ${dataset}: was not restored`)
  else if (!app.quiet) {
    const isDamaged = problems.some(({ severity }) => severity === 'error')
    if (state === 'there') app.print(`${dim('·')} ${dataset}: was there already`)
    else app.print(`${isDamaged ? red('!') : green('✓')} ${dataset}: restored ${count}, ${saySize(bytes)}`)
  }
  tellProblems(app, dataset, problems)
  const gone = Object.entries(lost)
  if (gone.length === 0) return
  app.note(
    `${app.colors.err.yellow('!')} ${dataset}: ${from} does not have ${gone.length === 1 ? 'a parcel' : `${gone.length} parcels`} that its ledger knows:`,
  )
  for (const [id, why] of gone) app.note(`  ${id}: ${why}`)
}
