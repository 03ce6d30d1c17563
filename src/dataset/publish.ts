import { UnsiloError, expectUnsiloError } from '../errors.ts'
import type { PublishedEvent, WithdrawnEvent } from '../ledger/event.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import type { ParcelId } from '../parcel/id.ts'
import { removeAll } from '../target/remove-all.ts'
import {
  type Acknowledgements,
  type PublishableParcel,
  acknowledge,
  acknowledgements,
  damagedAt,
  hasCopy,
  withdraw,
  withdrawnFrom,
} from './acknowledgements.ts'
import { copyParcel } from './copies/copy-parcel.ts'
import { copiedParcel } from './copies/manifest.ts'
import { goneCopies, lookForCopies } from './copies/presence.ts'
import { copyRecords, putManifest } from './copies/records.ts'
import { lackingAt, planWithdrawals } from './copies/retention.ts'
import { type NamedTarget } from './copies/targets.ts'
import { type Work, checkInterrupt, openWork } from './copies/work.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'
import { type ParcelLender, openLender, packedLast } from './packs/lend.ts'
import { alarmProblems } from './verify-alarm.ts'

export interface Publication {
  published: PublishedEvent[]
  /** What the retention of a target has removed there. */
  withdrawn: WithdrawnEvent[]
  problems: Problem[]
}

interface Failure {
  target: NamedTarget
  error: UnsiloError
}

export interface PublishOptions {
  /** Copies again what the ledger says is there and is not. */
  backfill?: boolean
}

/**
 * Copies every good parcel to the targets that do not have it, newest first, checks each copy, and says in the ledger what has
 * arrived; then removes there what the target's retention does not keep. The caller holds the lock. A target that fails stops
 * neither the others nor anything else: what it lacks is copied by the next run.
 */
export async function publishParcels(
  dataset: Dataset,
  context: Context,
  history: History,
  targets: readonly NamedTarget[],
  { backfill = false }: PublishOptions = {},
): Promise<Publication> {
  const done: Publication = { published: [], withdrawn: [], problems: [] }
  const known = acknowledgements(history)
  const failures: Failure[] = []
  const works: { named: NamedTarget; work: Work }[] = []
  try {
    for (const named of targets) {
      try {
        const work = await openWork(named, dataset, context, history, known, backfill)
        works.push({ named, work })
        if (backfill) await forgetGone(work, done)
        else done.problems.push(...(await lookForCopies(work)))
        await publishTo(work, done)
        await withdrawFrom(work, done)
      } catch (error) {
        failures.push({ target: named, error: expectUnsiloError(error) })
      }
      if (context.signal.aborted) break
    }
    // Only now does the ledger say what each of them has, so that any of them tells it.
    const failed = new Set(failures.map(({ target }) => target))
    for (const { named, work } of works.filter((one) => !failed.has(one.named))) {
      try {
        checkInterrupt(context)
        await copyRecords(work)
      } catch (error) {
        failures.push({ target: named, error: expectUnsiloError(error) })
      }
    }
  } finally {
    for (const { work } of works) await work.target.close()
  }
  // Only now is it known what the others have got.
  const names = targets.map(({ name }) => name)
  for (const { target, error } of failures) {
    const lacking = lackingAt(dataset, history, known, target)
    done.problems.push(failureProblem(target.name, error, lacking, known, names))
  }
  return done
}

/** A target that fails is an error, unless another one has what it lacks. */
function failureProblem(
  name: string,
  { code, message, hint }: UnsiloError,
  lacking: readonly PublishableParcel[],
  known: Acknowledgements,
  names: readonly string[],
): Problem {
  if (code === 'cancelled') return { severity: 'error', code, message, hint }
  const isSafe = lacking.every(({ id }) => names.some((other) => hasCopy(known, id, other)))
  const count = lacking.length === 1 ? '1 parcel is' : `${lacking.length} parcels are`
  return {
    severity: isSafe ? 'warning' : 'error',
    code,
    message: `target ${name}: ${message}${lacking.length === 0 ? '' : `; ${count} not there yet`}`,
    hint,
  }
}

/**
 * Copies the records of a dataset again, after something was written into them that a target has to know: what was deleted on a
 * server because the target has it.
 */
export async function publishRecords(
  dataset: Dataset,
  context: Context,
  history: History,
  targets: readonly NamedTarget[],
): Promise<Problem[]> {
  const known = acknowledgements(history)
  const problems: Problem[] = []
  for (const named of targets) {
    try {
      const work = await openWork(named, dataset, context, history, known)
      try {
        checkInterrupt(context)
        await copyRecords(work)
      } finally {
        await work.target.close()
      }
    } catch (error) {
      problems.push(failureProblem(named.name, expectUnsiloError(error), [], known, []))
    }
  }
  return problems
}

/** What is not there any more counts as lacking; of what is not here either, all that is left is to say so. */
async function forgetGone(work: Work, done: Publication): Promise<void> {
  const { dataset, history, known, name } = work
  const lost: ParcelId[] = []
  for (const { parcel } of await goneCopies(work)) {
    known.get(parcel)!.delete(name)
    if (history.get(parcel)?.state !== 'good') lost.push(parcel)
  }
  // What is there and damaged is not replaced: somebody has to look first.
  done.problems.push(...alarmProblems(dataset, history, damagedAt(known, name)))
  if (lost.length === 0) return
  const what =
    lost.length === 1 ? `the parcel ${lost[0]!} is gone, and it is` : `${lost.length} parcels are gone, and they are`
  done.problems.push({
    severity: 'error',
    code: 'not-found',
    message: `target ${name}: ${what} not here either`,
    hint: 'Look for them at the other targets: `unsilo verify` says what each has.',
  })
}

/** The manifest there is written once for so many parcels, when many are copied. */
const parcelsAtOnce = 20

async function publishTo(work: Work, done: Publication): Promise<void> {
  const lender = openLender(work.dataset, work.context)
  try {
    await publishLacking(work, lender, done)
  } finally {
    await lender.close()
  }
}

async function publishLacking(work: Work, lender: ParcelLender, done: Publication): Promise<void> {
  const { dataset, context, history, known, name } = work
  const lacking = packedLast(lackingAt(dataset, history, known, work), ({ stored }) => stored)
  let arrived: PublishedEvent[] = []
  /** The manifest comes first: what the ledger says is there can be found there by whoever has nothing else. */
  const tell = async (): Promise<void> => {
    if (arrived.length === 0) return
    await putManifest(work, arrived.map(copiedParcel), new Set())
    for (const event of arrived) {
      const at = context.system.clock.now()
      await appendToLedger(context.system.files, dataset.layout.ledger, at, event)
      acknowledge(known, { at: at.toISOString(), ...event })
      done.published.push(event)
    }
    arrived = []
  }
  for (const parcel of lacking) {
    checkInterrupt(context)
    context.onProgress?.({ dataset: dataset.name, step: 'publishing', note: `${parcel.id} to ${name}` })
    try {
      arrived.push(
        await lender.use(parcel.stored, (lent) =>
          copyParcel({ ...work, dataset: lent.dataset }, { ...parcel, stored: lent.stored }),
        ),
      )
    } catch (error) {
      const { code, message, hint } = expectUnsiloError(error)
      // These are about this one parcel; with anything else, the next would fail as well.
      if (code !== 'corrupt' && code !== 'clash' && code !== 'usage') {
        await tell().catch(() => undefined)
        throw error
      }
      done.problems.push({ severity: 'error', code, message: `target ${name}: ${message}`, hint })
    }
    if (lacking.length <= parcelsAtOnce || arrived.length >= parcelsAtOnce) await tell()
  }
  await tell()
  checkInterrupt(context)
}

/** The ledger comes first, then the manifest there: what is half removed is known to be no copy. */
async function withdrawFrom(work: Work, done: Publication): Promise<void> {
  const { dataset, context, history, known, name, target } = work
  const { withdrawals, lastCopies } = planWithdrawals(dataset, history, known, work)
  if (lastCopies.length > 0) {
    const what = lastCopies.length === 1 ? `the parcel ${lastCopies[0]!}` : `${lastCopies.length} parcels`
    done.problems.push({
      severity: 'warning',
      code: 'clash',
      message: `target ${name}: its retention does not keep ${what}, and there is no other copy, so it stays`,
      hint: 'Keep more here or at another target, or let it keep them; what is the only copy is removed by hand only.',
    })
  }
  if (withdrawals.length === 0) return
  // A run may have been broken off between the word and the deed: the last ones are removed again.
  const earlier = withdrawnFrom(known, name).slice(-work.settings.max_delete)
  const ids = [...earlier.map(({ parcel }) => parcel), ...withdrawals.map(({ id }) => id)]
  const gone = new Map(ids.map((id) => [id, known.get(id)!.get(name)!.path]))
  for (const { id, because } of withdrawals) {
    const event: WithdrawnEvent = { event: 'withdrawn', parcel: id, target: name, because }
    await appendToLedger(context.system.files, dataset.layout.ledger, context.system.clock.now(), event)
    withdraw(known, event)
    done.withdrawn.push(event)
  }
  await putManifest(work, [], new Set(gone.keys()))
  for (const [id, path] of gone) {
    checkInterrupt(context)
    try {
      await removeAll(target, path, context.signal)
      for (const suffix of ['', work.encryption?.suffix]) {
        if (suffix !== undefined) await target.remove(`${work.layout.hashes(id)}${suffix}`, context.signal)
      }
    } catch (error) {
      const failure = expectUnsiloError(error)
      if (failure.code === 'cancelled') throw failure
      // The next would fail as well.
      return void done.problems.push(undeleted(name, id, failure))
    }
  }
}

/** A copy that was to go, and may be half gone by now. */
function undeleted(target: string, id: ParcelId, { code, message, hint }: UnsiloError): Problem {
  return {
    severity: 'error',
    code,
    risk: 'delete',
    message: `target ${target}: the copy of ${id}, which its retention does not keep, could not be deleted there: ${message}`,
    hint: hint ?? 'It is tried again with the next copy that goes.',
  }
}
