import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { readLedger } from '../ledger/ledger.ts'
import { sayRequest } from '../source/rest/deletion.ts'
import { connect } from '../source/rest/rest.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { type Candidate, type DrainDecision, decideDrain } from './drain-candidates.ts'
import { batchSize, deleteRecords } from './drain-delete.ts'
import { sharedRequest, vanishedFrom, vanishedProblem } from './drain-excess.ts'
import { type Intent, appendDone, drainPast, nameOf } from './drain-ledger.ts'
import { type Shown, lookAround } from './drain-look.ts'
import { type Drained, changedProblem, drainProblems, problemOf, sayDrained, staysOf } from './drain-result.ts'
import { findSafe } from './drain-sealed.ts'
import { type DrainSetup, drainSetup, whyNoDrain } from './drain-setup.ts'
import { commitRecords } from './git.ts'
import { type History, readHistory } from './history.ts'
import { withLock } from './lock.ts'
import { restOptions } from './source.ts'

export interface DrainResult {
  drained: Drained
  problems: Problem[]
}

/**
 * Deletes records on the server that are safe here; the caller holds the lock. Failures are among the problems.
 *
 * @param dryRun Only looks: at the server, too.
 */
export async function drainServer(
  dataset: Dataset,
  context: Context,
  history: History,
  setup: DrainSetup,
  dryRun: boolean,
): Promise<DrainResult> {
  const drained: Drained = { stream: setup.stream.name, deleted: 0, gone: 0, stay: [] }
  const result: DrainResult = { drained, problems: [] }
  try {
    const refused = whyNoDrain(dataset, context, history, setup.stream)
    if (refused === undefined) await drainInRounds(dataset, context, history, { setup, dryRun, ...result })
    else drained.refused = refused
  } catch (error) {
    result.problems.push(problemOf(expectUnsiloError(error)))
  }
  if (result.problems.some(({ severity }) => severity === 'error')) drained.failed = true
  return result
}

interface Work extends DrainResult {
  setup: DrainSetup
  dryRun: boolean
}

/** How often one record is tried in a drain, each time after a look. */
const mostTries = 2

/** A server that has deleted fewer, in all drains since the last alarm, is asked for one record before the next look. */
const fewDeletions = 2

/**
 * Looks, deletes what is safe, and looks again, until there is nothing more to do: the last look shows what came of it. What is
 * safe is found once, after the first look.
 */
async function drainInRounds(dataset: Dataset, context: Context, history: History, work: Work): Promise<void> {
  const { setup, dryRun, drained, problems } = work
  const { clock, files } = context.system
  const { ledger } = dataset.layout
  const say = (note: string): void => context.onProgress?.({ dataset: dataset.name, step: 'draining', note })
  const client = await connect(setup.source, restOptions(dataset, context), context.signal, async (line) => say(line))
  let safe: Awaited<ReturnType<typeof findSafe>> | undefined
  let left = setup.drain.per_run
  const settled = new Set<string>()
  const tries = new Map<string, number>()
  const failures = new Map<string, UnsiloError>()
  const known: Shown['named'] = new Map()
  const asked = new Map<string, Candidate>()
  let inRow = 0
  let isTrial = true

  for (let round = 1; ; round++) {
    say(round === 1 ? 'looking at the server' : 'looking again')
    const past = drainPast(readLedger(files, ledger).entries, setup.stream, ledger)
    const shown = await lookAround(setup, { client, past, at: clock.now() })
    if (round === 1) {
      drained.shown = shown.count
      isTrial = !dryRun && past.deletions < fewDeletions
    }
    if (shown.shared !== undefined) {
      if (round === 1) drained.refused = 'two records have the same request'
      throw sharedRequest(client.redact(sayRequest(shown.shared)))
    }
    const vanished = vanishedFrom(known, shown.named, asked)
    for (const [id, record] of shown.named) known.set(id, record)
    // What is not shown in a look that is not whole may still be there: that is risked once a server is known.
    const isAlarm = vanished.length > 0 && (shown.isWhole || isTrial)
    safe ??= await findSafe(dataset, context, history, setup, hashesOf(shown))
    const decision = decideDrain(shown, past, safe, settled)
    if (!dryRun) await settle(dataset, context, setup, decision)
    for (const { id } of [...decision.gone, ...decision.changed, ...decision.unwanted]) {
      settled.add(id)
      failures.delete(id)
    }
    if (asked.size > failures.size) isTrial = false
    if (!dryRun) drained.gone += decision.gone.length
    if (decision.changed.length > 0) problems.push(changedProblem(decision.changed))

    const open = decision.candidates.filter(({ id }) => (tries.get(id) ?? 0) < mostTries)
    const todo = open.slice(0, mostNow(decision, { settled, round, left, isTrial }))
    const end = (stopped?: UnsiloError): void => {
      const told = new Set([...settled, ...failures.keys(), ...decision.back])
      const untried = decision.candidates.filter(({ id }) => !told.has(id)).length
      drained.stay = staysOf(shown, decision, { untried, failed: failures.size, isOver: left === 0 })
      problems.push(...drainProblems(decision, [...failures.values()], stopped))
    }
    if (vanished.length > 0) drained.vanished = vanished.length
    if (isAlarm) {
      const problem = vanishedProblem(vanished)
      problems.push(problem)
      const { parcel } = [...asked.values()].at(-1)!
      await appendDone(dataset, context, { parcel, stream: setup.stream.name, alarm: problem.message }, [])
      return end()
    }
    if (dryRun) {
      drained.wouldDelete = todo.length
      if (todo[0] !== undefined) drained.example = client.redact(sayRequest(todo[0].deletion))
      left -= todo.length
      for (const { id } of todo) settled.add(id)
    }
    if (dryRun || todo.length === 0) return end()

    const result = await deleteRecords(dataset, context, setup, todo, { client, lookedAt: shown.at, inRow })
    const { deleted, gone, failed, stopped } = result
    inRow = result.inRow
    for (const candidate of [...deleted, ...gone, ...failed.map((one) => one.candidate)])
      asked.set(candidate.id, candidate)
    drained.deleted += deleted.length
    drained.gone += gone.length
    left -= deleted.length + gone.length
    for (const { id } of [...deleted, ...gone]) {
      settled.add(id)
      failures.delete(id)
    }
    for (const { candidate, error } of failed) {
      tries.set(candidate.id, (tries.get(candidate.id) ?? 0) + 1)
      failures.set(candidate.id, error)
    }
    if (stopped !== undefined) return end(stopped)
  }
}

/**
 * How many may be deleted before the next look: one, when nobody knows yet what the request does. A server that still shows what it said it had deleted gets one batch to do
 * better, and nothing more when it does not.
 */
function mostNow(
  { back }: DrainDecision,
  { settled, round, left, isTrial }: { settled: ReadonlySet<string>; round: number; left: number; isTrial: boolean },
): number {
  if (back.some((id) => settled.has(id))) return 0
  if (isTrial) return Math.min(left, 1)
  return round === 1 && back.length > 0 ? Math.min(left, batchSize) : left
}

/** Says in the ledger what the look shows of intents that were left open. */
async function settle(
  dataset: Dataset,
  context: Context,
  { stream }: DrainSetup,
  { gone, changed, unwanted }: DrainDecision,
): Promise<void> {
  const parcels = new Set([...gone, ...changed, ...unwanted].map(({ parcel }) => parcel))
  for (const parcel of parcels) {
    const isOf = (intent: Intent): boolean => intent.parcel === parcel
    await appendDone(dataset, context, { parcel, stream: stream.name }, [
      ...gone.filter(isOf).map((intent) => ({ ...nameOf(intent), gone: true as const })),
      ...changed.filter(isOf).map((intent) => ({ ...nameOf(intent), kept: 'changed' as const })),
      ...unwanted.filter(isOf).map((intent) => ({ ...nameOf(intent), kept: 'unwanted' as const })),
    ])
  }
}

function hashesOf({ records }: Shown): Map<string, string> {
  const wanted = [...records].filter(([, { deletion }]) => deletion !== undefined)
  return new Map(wanted.map(([id, { sha256 }]) => [id, sha256]))
}

/**
 * Drains one dataset now. A dry run needs no lock, and works before draining is enabled.
 *
 * @throws UnsiloError `config` when nothing is set up to be drained
 */
export async function drainDataset(dataset: Dataset, context: Context, dryRun: boolean): Promise<DrainResult> {
  const setup = drainSetup(dataset)
  if (setup === undefined) throw notSetUp(dataset)
  if (!setup.drain.enabled && !dryRun) throw notEnabled(dataset)
  const drain = (): Promise<DrainResult> =>
    drainServer(dataset, context, readHistory(context.system.files, dataset.layout), setup, dryRun)
  if (dryRun) return drain()
  return withLock(dataset, context, async () => {
    const result = await drain()
    const what = sayDrained(result.drained)
    if (what !== undefined) await commitRecords(dataset, context, `[unsilo] ${what}`, [])
    return result
  })
}

function notSetUp({ name, layout }: Dataset): UnsiloError {
  return new UnsiloError('config', `${name}: there is nothing to drain: it has no [source.drain]`, {
    hint: `Write it in ${layout.config}, and look first: \`unsilo drain ${name} --dry-run\`.`,
  })
}

function notEnabled({ name, layout }: Dataset): UnsiloError {
  return new UnsiloError('config', `${name} is not drained: \`enabled = true\` is not set in [source.drain]`, {
    hint: `\`unsilo drain ${name} --dry-run\` shows what would be deleted. Set it in ${layout.config} if that is right.`,
  })
}
