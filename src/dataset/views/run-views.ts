import { UnsiloError } from '../../errors.ts'
import type { LedgerEvent, WrittenEvent } from '../../ledger/event.ts'
import { appendAllToLedger } from '../../ledger/ledger.ts'
import { localDay } from '../../schedule/local-day.ts'
import { timezoneOf } from '../../schedule/timezone.ts'
import type { CheckResult } from '../../view/check/result.ts'
import type { PublishViewDefinition } from '../../view/publish/definition.ts'
import { namedTarget } from '../copies/targets.ts'
import type { Context, Dataset, Problem } from '../dataset.ts'
import { type History, sealedParcels } from '../history.ts'
import { checksMark, hasChecks, hasWritten, lastWritten } from '../view-work.ts'
import { type MirrorTables, openMirrorTables } from './mirror-tables.ts'
import { type WrittenView, publishFolder, writePublishedView } from './publish-view.ts'
import { checkNeeds, runChecks } from './run-checks.ts'
import { uploadViewFiles } from './upload-view.ts'
import { clearLeftovers } from './write-view-files.ts'

/** What a run did with the views of a dataset once they were up to date. */
export interface ViewsDone {
  checked?: { rules: number; failures: number }
  /** By the names of the blocks of `publish_view`. */
  written?: { name: string; folder: string; files: number; changed: number; bytes: number }[]
  problems: Problem[]
}

/** How many failing rules are told one by one. */
const mostTold = 5

/**
 * Asks the checks, writes the files of `publish_view`, and notes both in the ledger. What fails is a warning, and keeps nothing else
 * from being done. Neither the ledger nor a problem ever has values of items, which may have been encrypted.
 *
 * @param mirror Itself, and the datasets that its questions may name.
 * @throws UnsiloError `cancelled`
 */
export async function runViews(
  dataset: Dataset,
  mirror: readonly Dataset[],
  context: Context,
  history: History,
): Promise<ViewsDone> {
  const { publishViews } = dataset.config
  const isChecked = hasChecks(dataset)
  const done: ViewsDone = { problems: [] }
  if ((!isChecked && publishViews.length === 0) || sealedParcels(history).length === 0) return done
  const needs = checkNeeds(dataset)
  for (const { view, sql } of publishViews) {
    if (view === undefined) needs.sql.push(sql!)
    else needs.views.push({ schema: dataset.name, table: view })
  }
  // Views that could not be made have been told of already; those of others are told of by their own runs.
  const tables = await openMirrorTables(needs, mirror, context, () => undefined).catch(asProblem)
  if ('severity' in tables) return { problems: [tables] }
  const events: LedgerEvent[] = []
  try {
    if (isChecked) {
      const results = await runChecks(dataset, tables, context.system.clock.now())
      const failed = results.filter(({ verdict }) => verdict !== 'passed')
      done.checked = { rules: results.length, failures: failed.length }
      done.problems.push(...checkProblems(dataset, failed))
      events.push({
        event: 'checked',
        ...done.checked,
        failed: failed.slice(0, mostTold).map(({ view, check, rule, message }) => ({ view, check, rule, message })),
        mark: checksMark(dataset),
      })
    }
    const taken = new Map<string, string>()
    for (const block of publishViews) {
      const { event, problems, written } = await publishOne(dataset, context, history, block, tables, taken)
      events.push(event)
      done.problems.push(...problems)
      if (written !== undefined) {
        const { files, changed, bytes } = event
        done.written = [...(done.written ?? []), { name: block.name, folder: written.folder, files, changed, bytes }]
      }
    }
  } finally {
    tables.close()
    const { files, clock } = context.system
    if (events.length > 0) await appendAllToLedger(files, dataset.layout.ledger, clock.now(), events)
  }
  return done
}

/** @throws What no user can act on, and `cancelled` */
function asProblem(error: unknown): Problem {
  if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
  const { code, message, hint } = error
  return { severity: 'warning', code, message: `checks and publish_view: ${message}`, hint }
}

function checkProblems({ name }: Dataset, failed: readonly CheckResult[]): Problem[] {
  const hint = `\`unsilo check ${name}\` names the items.`
  const told = failed.slice(0, mostTold).map(({ view, check, rule, message, verdict, hint: what }): Problem => {
    const named = `check ${view}.${check}${check === rule ? '' : ` (${rule})`}`
    return verdict === 'broken'
      ? { severity: 'warning', code: 'check', message: `${named}: ${message}`, hint: what }
      : { severity: 'warning', code: 'check', message: `${named} failed: ${message}`, hint }
  })
  const more = failed.length - told.length
  return more === 0
    ? told
    : [
        ...told,
        { severity: 'warning', code: 'check', message: `${more} more ${more === 1 ? 'check' : 'checks'} failed`, hint },
      ]
}

function sayChangedNames({ unsafe, alike }: WrittenView['changedNames']): string | undefined {
  const told = [
    ...(unsafe === 0
      ? []
      : [
          `${unsafe === 1 ? '1 name of a file was' : `${unsafe} names of files were`} made safe: not all systems take what the values would make`,
        ]),
    ...(alike === 0
      ? []
      : [`${alike} files got a mark: their names would be the same, or differ in upper and lower case only`]),
  ]
  return told.length === 0 ? undefined : told.join('; ')
}

async function publishOne(
  dataset: Dataset,
  context: Context,
  history: History,
  block: PublishViewDefinition,
  tables: MirrorTables,
  taken: Map<string, string>,
): Promise<{ event: WrittenEvent; problems: Problem[]; written?: WrittenView }> {
  const { files, clock } = context.system
  const { name, mark } = block
  const now = clock.now()
  const problems: Problem[] = []
  const tell = (error: UnsiloError, what: string): void => {
    // What DuckDB says may show values that were encrypted.
    const isQuiet = error.code === 'query' && error.cause !== undefined && tables.hasSecrets
    const message = isQuiet ? 'DuckDB does not take the question; `unsilo query` shows why' : error.message
    problems.push({
      severity: 'warning',
      code: error.code,
      message: `publish_view ${name}: ${what}${message}`,
      hint: error.hint,
    })
  }
  const event: WrittenEvent = {
    event: 'written',
    name,
    files: 0,
    changed: 0,
    bytes: 0,
    day: localDay(now, timezoneOf(dataset.config.timezone)),
    mark,
  }
  context.onProgress?.({ dataset: dataset.name, step: 'viewing', note: `writing ${name}` })
  let written: WrittenView
  try {
    const folder = publishFolder(dataset, block)
    await clearLeftovers(files, folder, now)
    written = await writePublishedView(dataset, context, block, tables, taken, hasWritten(dataset, history, name))
  } catch (error) {
    if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
    tell(error, '')
    return { event: { ...event, failed: error.code }, problems }
  }
  event.files = written.files.length
  event.changed = written.files.filter(({ isNew }) => isNew).length
  event.bytes = written.files.reduce((sum, { bytes }) => sum + bytes, 0)
  const changedNames = sayChangedNames(written.changedNames)
  if (changedNames !== undefined) {
    problems.push({
      severity: 'warning',
      code: 'check',
      message: `publish_view ${name}: ${changedNames}`,
      hint:
        written.times === undefined
          ? `Look for names with "~" in ${written.folder}.`
          : `There is a file for each time in ${written.times}; {day:${written.times}} in \`file\` makes one a day.`,
    })
  }
  const last = lastWritten(dataset, history, name)
  const unsent: string[] = []
  for (const one of dataset.viewTargets.filter((target) => block.targets.includes(target.name))) {
    const isBehind = last?.mark !== mark || last.failed !== undefined || last.unsent?.includes(one.name) === true
    const wanted = written.files.filter(({ isNew }) => isNew || isBehind)
    try {
      await uploadViewFiles(
        dataset,
        context,
        namedTarget(one.name, one.config, dataset.root, context),
        written.folder,
        wanted,
      )
    } catch (error) {
      if (!(error instanceof UnsiloError) || error.code === 'cancelled') throw error
      tell(error, `${one.name} has not got all files: `)
      unsent.push(one.name)
    }
  }
  return { event: { ...event, ...(unsent.length > 0 && { unsent }) }, problems, written }
}
