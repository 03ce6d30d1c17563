import type { Colors } from 'picocolors/types.js'
import type { PublishPlan } from '../dataset/publish.ts'
import type { Problem } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/run.ts'
import { sayDuration } from '../system/duration.ts'
import { saySize } from '../system/size.ts'
import { drainedLines, refusedLine } from './drained.ts'
import { sayCount, sayPackedPack } from './packed.ts'

export interface OutcomeLines {
  /** What was done, for stdout. */
  done: string[]
  /** What went wrong, for stderr. */
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
    if (sealed.state === 'suspect') problems.push(...suspectLines(dataset, sealed, err))
  }
  if (exported?.event === 'sealed') {
    const took = sayDuration(exported.durationMs ?? 0)
    const tries = (exported.tries ?? 1) > 1 ? `, ${exported.tries} tries` : ''
    const mark = exported.state === 'good' ? out.green('✓') : out.yellow('!')
    done.push(`${mark} ${dataset}: exported ${exported.parcel}, ${saySize(exported.bytes)} in ${took}${tries}`)
    if (exported.state === 'suspect') problems.push(...suspectLines(dataset, exported, err))
    for (const warning of exported.warnings ?? []) problems.push(`${err.yellow('!')} ${dataset}: ${warning}`)
  } else if (exported?.event === 'parked') {
    const when = exported.until === undefined ? 'the next run' : `the first run after ${exported.until}`
    problems.push(`${err.yellow('!')} ${dataset}: export ${exported.parcel} is broken off: ${exported.reason}`)
    problems.push(err.dim(`  → Nothing is needed: ${when} goes on with it.`))
  } else if (exported?.event === 'skipped') {
    done.push(`${out.dim('-')} ${dataset}: nothing exported: ${exported.reason}`)
  } else if (exported !== undefined) {
    problems.push(`${err.red('✗')} ${dataset}: export ${exported.parcel} failed: ${exported.reason}`)
    if (exported.hint !== undefined) problems.push(err.dim(`  → ${exported.hint}`))
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
  problems.push(...problemLines(dataset, outcome.problems, err))
  if (planned !== undefined) done.push(...plannedLines(outcome, planned))
  return { done, problems, isIdle: done.length === 0 && problems.length === 0 }
}

/** Says what a person should know, and what to do next. */
export function problemLines(dataset: string, problems: readonly Problem[], colors: Colors): string[] {
  return problems.flatMap(({ severity, message, hint }) => {
    const mark = severity === 'error' ? colors.red('✗') : colors.yellow('!')
    return [`${mark} ${dataset}: ${message}`, ...(hint === undefined ? [] : [colors.dim(`  → ${hint}`)])]
  })
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

function suspectLines(dataset: string, { parcel, doubts = [], incomplete = [] }: Sealed, colors: Colors): string[] {
  const hint =
    incomplete.length > 0
      ? `What is missing is asked for again by the next export; \`unsilo log ${dataset} ${parcel}\` tells more.`
      : `Look at it; if it is right: \`unsilo accept ${dataset} ${parcel}\`.`
  return [`${colors.yellow('!')} ${dataset}: ${parcel} is suspect: ${doubts.join('; ')}`, colors.dim(`  → ${hint}`)]
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
