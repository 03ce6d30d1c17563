import type { Colors } from 'picocolors/types.js'
import type { LoadedConfig } from '../config/load.ts'
import { unknownTargets } from '../config/publish-targets.ts'
import type { TargetConfig } from '../config/target-config.ts'
import { namedTarget, targetsOf } from '../dataset/copies/targets.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { type Verification, verifyDataset } from '../dataset/verify.ts'
import { UnsiloError } from '../errors.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'
import { eachDataset } from './each-dataset.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { risksAmong } from '../watch/run-troubles.ts'
import { tellProblems } from './tell-problems.ts'
import { tellRisks } from './tell-risks.ts'
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
  let chosen: Chosen = []
  const check = (loaded: LoadedConfig): void => {
    chosen = chooseTargets(loaded, names)
  }
  const verifyOne = async (dataset: Dataset): Promise<void> => {
    if (context.signal.aborted) return
    const here = names.length === 0
    const targets = here
      ? targetsOf(dataset, context)
      : chosen.map(([name, config]) => namedTarget(name, config, dataset.root, context))
    const done = await verifyDataset(dataset, context, { share, here, targets })
    told.push(done)
    const risks = risksAmong(done.problems)
    // What is damaged is in the ledger.
    if (risks.length > 0)
      await tellRisks(
        dataset,
        risks.filter(({ code }) => code !== 'corrupt'),
        app,
      )
    context.onProgress({ dataset: dataset.name, step: 'done' })
  }
  let status: ExitStatus
  try {
    status = await eachDataset(app, datasets, verifyOne, check)
  } finally {
    progress.close()
  }
  if (app.json) app.printJson({ datasets: told })
  else show(told, datasets.length > 0, app)
  if (app.context.signal.aborted) return ExitCode.interrupted
  const hasFailed = told.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))
  return hasFailed ? ExitCode.failed : status
}

type Chosen = [name: string, config: TargetConfig][]

/**
 * Any target of `unsilo.toml`: one that a dataset does not publish to any more may still have copies.
 *
 * @throws UnsiloError `usage` for one that is not in there
 */
function chooseTargets({ root: { targets = {} } }: LoadedConfig, names: readonly string[]): Chosen {
  const [unknown] = unknownTargets(names, targets)
  if (unknown !== undefined) throw new UnsiloError('usage', unknown.message, { hint: unknown.hint })
  return [...new Set(names)].map((name) => [name, targets[name]!])
}

/** @param isNamed Whether datasets were named; else those that have nothing are passed over. */
function show(told: readonly Verification[], isNamed: boolean, app: App): void {
  let isNothing = true
  for (const { dataset, places, unverifiable, problems } of told) {
    const lines = places
      .filter(({ parcels }) => isNamed || parcels > 0)
      .map((place) => placeLine(dataset, place, app.colors.out))
    if (!app.quiet) for (const line of lines) app.print(line)
    tellProblems(app, dataset, problems)
    const notes = unverifiableLines(dataset, unverifiable, app)
    for (const note of notes) app.note(note)
    isNothing &&= lines.length === 0 && notes.length === 0 && problems.length === 0
  }
  if (isNothing && !app.quiet) app.note('There is nothing to verify.')
}

function unverifiableLines(dataset: string, ids: readonly string[], app: App): string[] {
  if (ids.length === 0) return []
  const isOne = ids.length === 1
  const what = isOne ? `the parcel ${ids[0]!}` : `${ids.length} parcels`
  const [it, was] = isOne ? ['it', 'it was'] : ['them', 'they were']
  const why = `the ledger has no line of ${it}: ${was} put there by hand or by another program, or the ledger was lost`
  const hint = `Put the ledger back if there is a copy; else \`unsilo recover ${dataset}\` writes down how ${isOne ? 'it is' : 'they are'} now.`
  const { yellow, dim } = app.colors.err
  return [`${yellow('!')} ${dataset}: ${what} cannot be verified: ${why}\n  ${dim(`→ ${hint}`)}`]
}

function placeLine(
  dataset: string,
  { target, parcels, verified }: Verification['places'][number],
  out: Colors,
): string {
  const where = target === undefined ? 'here' : `at ${target}`
  if (parcels === 0) return `${out.dim('-')} ${dataset}: there is nothing to verify ${where}`
  const good = verified.filter(({ ok }) => ok)
  const bytes = verified.reduce((sum, one) => sum + one.bytes, 0)
  const isFine = good.length === verified.length && verified.length > 0
  const mark = isFine ? out.green('✓') : out.red('✗')
  const read = `read ${verified.length} of ${parcels} parcel${parcels === 1 ? '' : 's'} ${where}, ${saySize(bytes)}`
  return `${mark} ${dataset}: ${read}${isFine || verified.length === 0 ? '' : `; ${verified.length - good.length} damaged`}`
}
