import type { Colors } from 'picocolors/types.js'
import type { LoadedConfig } from '../config/load.ts'
import { unknownTargets } from '../config/publish-targets.ts'
import { type NamedTarget, namedTarget, targetsOf } from '../dataset/copies/targets.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { type Verification, verifyDataset } from '../dataset/verify.ts'
import { UnsiloError } from '../errors.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { problemLines } from './outcome.ts'
import { openProgress } from './progress.ts'

export interface VerifyArguments {
  datasets: string[]
  target?: string[]
  /** A share, from above 0 up to 1. */
  sample: number
  all?: boolean
}

export async function verify(args: VerifyArguments, app: App): Promise<ExitStatus> {
  const { datasets, target: names = [], all = false } = args
  const share = all ? 1 : args.sample
  const told: Verification[] = []
  const progress = openProgress(app)
  const context = { ...app.context, onProgress: progress.onProgress }
  let status: ExitStatus
  try {
    status = await eachDataset(app, datasets, async (dataset, loaded) => {
      if (context.signal.aborted) return
      const targets = names.length === 0 ? targetsOf(dataset, context) : chosenTargets(dataset, loaded, names, app)
      told.push(await verifyDataset(dataset, context, { share, here: names.length === 0, targets }))
      context.onProgress({ dataset: dataset.name, step: 'done' })
    })
  } finally {
    progress.close()
  }
  if (app.json) app.printJson({ datasets: told })
  else for (const one of told) show(one, app)
  if (app.context.signal.aborted) return ExitCode.interrupted
  const hasFailed = told.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))
  return hasFailed ? ExitCode.failed : status
}

/** Any target of `unsilo.toml`: one that the dataset does not publish to any more may still have copies. */
function chosenTargets(dataset: Dataset, { root }: LoadedConfig, names: readonly string[], app: App): NamedTarget[] {
  const configured = root.targets ?? {}
  const [unknown] = unknownTargets(names, configured)
  if (unknown !== undefined) throw new UnsiloError('usage', unknown.message, { hint: unknown.hint })
  return [...new Set(names)].map((name) => namedTarget(name, configured[name]!, dataset.root, app.context))
}

function show({ dataset, places, unverifiable, problems }: Verification, app: App): void {
  if (!app.quiet) for (const place of places) app.print(placeLine(dataset, place, app.colors.out))
  for (const line of problemLines(dataset, problems, app.colors.err)) app.note(line)
  if (unverifiable.length === 0) return
  const what = unverifiable.length === 1 ? `the parcel ${unverifiable[0]!}` : `${unverifiable.length} parcels`
  app.note(
    `${app.colors.err.yellow('!')} ${dataset}: ${what} cannot be verified: the ledger has no hash, as unsilo has not made ${unverifiable.length === 1 ? 'it' : 'them'}`,
  )
}

function placeLine(dataset: string, { target, parcels, verified }: Verification['places'][number], out: Colors): string {
  const where = target === undefined ? 'here' : `at ${target}`
  if (parcels === 0) return `${out.dim('-')} ${dataset}: there is nothing to verify ${where}`
  const good = verified.filter(({ ok }) => ok)
  const bytes = verified.reduce((sum, one) => sum + one.bytes, 0)
  const isFine = good.length === verified.length && verified.length > 0
  const mark = isFine ? out.green('✓') : out.red('✗')
  const read = `read ${verified.length} of ${parcels} parcel${parcels === 1 ? '' : 's'} ${where}, ${saySize(bytes)}`
  return `${mark} ${dataset}: ${read}${isFine || verified.length === 0 ? '' : `; ${verified.length - good.length} damaged`}`
}
