import type { Colors } from 'picocolors/types.js'
import type { PublishPlan } from '../dataset/publish-plan.ts'
import type { Problem } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import { drainedLines, refusedLine } from './drained.ts'
import { sayCount, sayPackedPack } from './packed.ts'

export interface OutcomeLines {
  /** What was done, for stdout. */
  done: string[]
  /** What went wrong, for stderr, beside the outcome's own problems; what to do next on a line of its own. */
  problems: string[]
  /** Nothing was to be done. */
  isIdle: boolean
}

/** Says what a run did with one dataset. */
export function outcomeLines(outcome: Outcome, out: Colors, err: Colors): OutcomeLines {
  const { dataset, exported, planned } = outcome
  const done: string[] = []
  const problems: string[] = []
  for (const { path, sealed } of outcome.ingested) {
    done.push(`${out.green('✓')} ${dataset}: ingested ${path} as ${sealed.parcel}, ${saySize(sealed.bytes)}`)
    if (sealed.state === 'suspect') problems.push(suspectLine(dataset, sealed, err))
  }
  if (exported?.event === 'sealed') {
    const took = sayDuration(exported.durationMs ?? 0)
    const tries = (exported.tries ?? 1) > 1 ? `, ${exported.tries} tries` : ''
    const mark = exported.state === 'good' ? out.green('✓') : out.yellow('!')
    done.push(`${mark} ${dataset}: exported ${exported.parcel}, ${saySize(exported.bytes)} in ${took}${tries}`)
    if (exported.state === 'suspect') problems.push(suspectLine(dataset, exported, err))
    for (const warning of exported.warnings ?? []) problems.push(`${err.yellow('!')} ${dataset}: ${warning}`)
  } else if (exported?.event === 'parked') {
    const when = exported.until === undefined ? 'the next run' : `the first run after ${exported.until}`
    const broken = `${err.yellow('!')} ${dataset}: export ${exported.parcel} is broken off: ${exported.reason}`
    problems.push(withHint(broken, `Nothing is needed: ${when} goes on with it.`, err))
  } else if (exported?.event === 'skipped') {
    done.push(`${out.dim('-')} ${dataset}: nothing exported: ${exported.reason}`)
  } else if (exported !== undefined) {
    const failed = `${err.red('✗')} ${dataset}: export ${exported.parcel} failed: ${exported.reason}`
    problems.push(withHint(failed, exported.hint, err))
  }
  for (const { name, folder, files, changed } of outcome.written ?? []) {
    const what = files === 1 ? '1 file' : `${files} files`
    done.push(
      `${out.green('✓')} ${dataset}: wrote ${name}, ${what} in ${folder}, ${changed === 0 ? 'none' : changed} changed`,
    )
  }
  done.push(...publishedLines(dataset, outcome.published, out))
  done.push(...withdrawnLines(dataset, outcome.withdrawn, out))
  if (outcome.drained !== undefined) {
    done.push(...drainedLines(dataset, outcome.drained, out))
    const refused = refusedLine(dataset, outcome.drained, err)
    if (refused !== undefined) problems.push(refused)
  }
  for (const { id, reasons } of outcome.pruned)
    done.push(`${out.dim('-')} ${dataset}: removed ${id}: ${reasons.join('; ')}`)
  for (const one of outcome.packed ?? []) done.push(`${out.green('✓')} ${sayPackedPack(dataset, one)}`)
  for (const id of outcome.emptied ?? []) done.push(`${out.dim('-')} ${dataset}: removed ${id} from the trash`)
  if (planned !== undefined) done.push(...plannedLines(outcome, planned))
  const isIdle = done.length === 0 && problems.length === 0 && outcome.problems.length === 0
  return { done, problems, isIdle }
}

/** Says what a person should know, and what to do next. */
export function problemLine(dataset: string, { severity, message, hint }: Problem, colors: Colors): string {
  const mark = severity === 'error' ? colors.red('✗') : colors.yellow('!')
  return withHint(`${mark} ${dataset}: ${message}`, hint, colors)
}

function withHint(line: string, hint: string | undefined, colors: Colors): string {
  return hint === undefined ? line : `${line}\n${colors.dim(`  → ${hint}`)}`
}

/** One line a target: the first run with a new one copies all that there is. */
export function publishedLines(dataset: string, published: Outcome['published'], colors: Colors): string[] {
  const targets = [...new Set(published.map(({ target }) => target))]
  return targets.map((target) => {
    const copies = published.filter((one) => one.target === target)
    const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0)
    const what = copies.length === 1 ? copies[0]!.parcel : `${copies.length} parcels`
    return `${colors.green('✓')} ${dataset}: published ${what} to ${target}, ${saySize(bytes)}`
  })
}

export function withdrawnLines(dataset: string, withdrawn: Outcome['withdrawn'], colors: Colors): string[] {
  return withdrawn.map(
    ({ parcel, target, because }) => `${colors.dim('-')} ${dataset}: removed ${parcel} from ${target}: ${because}`,
  )
}

export function publishPlanLines(dataset: string, plan: PublishPlan): string[] {
  return plan.map(({ target, parcels }) => {
    const what = parcels.length === 1 ? parcels[0]! : `${parcels.length} parcels`
    return `${dataset}: would publish ${what} to ${target}`
  })
}

type Sealed = Outcome['ingested'][number]['sealed']

function suspectLine(dataset: string, { parcel, doubts = [], incomplete = [] }: Sealed, colors: Colors): string {
  const hint =
    incomplete.length > 0
      ? `What is missing is asked for again by the next export; \`unsilo log ${dataset} ${parcel}\` tells more.`
      : `Look at it; if it is right: \`unsilo accept ${dataset} ${parcel}\`.`
  return withHint(`${colors.yellow('!')} ${dataset}: ${parcel} is suspect: ${doubts.join('; ')}`, hint, colors)
}

function plannedLines(outcome: Outcome, planned: NonNullable<Outcome['planned']>): string[] {
  return [
    ...planned.ingest.map((path) => `${outcome.dataset}: would ingest ${path}`),
    ...(planned.export ? [`${outcome.dataset}: would export (${outcome.due.because})`] : []),
    ...(planned.write ?? []).map((name) => `${outcome.dataset}: would write ${name}`),
    ...publishPlanLines(outcome.dataset, planned.publish),
    ...(planned.drain
      ? [
          `${outcome.dataset}: would delete on the server what is safe here; \`unsilo drain ${outcome.dataset} --dry-run\` shows what`,
        ]
      : []),
    ...planned.prune.map(({ id, reasons }) => `${outcome.dataset}: would remove ${id}: ${reasons.join('; ')}`),
    ...(planned.pack ?? []).map(
      ({ pack, parcels }) => `${outcome.dataset}: would pack ${sayCount(parcels.length)} into ${pack}`,
    ),
    ...(planned.empty ?? []).map((id) => `${outcome.dataset}: would remove ${id} from the trash`),
  ]
}
