import type { ErrorCode, UnsiloError } from '../errors.ts'
import type { Problem } from './dataset.ts'
import type { DrainDecision } from './drain-candidates.ts'
import type { Intent } from './drain-ledger.ts'
import type { Shown } from './drain-look.ts'

/** What a drain of a dataset came to. */
export interface Drained {
  stream: string
  /** Records that the server showed before; `undefined` when nobody has looked. */
  shown?: number
  /** Records that the server says it has deleted. */
  deleted: number
  /** Records that were about to be deleted, and were not there any more. */
  gone: number
  /** Records that stay on the server. */
  stay: Stay[]
  /** Records that were to stay, and that the server did not show any more at the end. */
  vanished?: number
  /** With a dry run only. */
  wouldDelete?: number
  /** With a dry run only: how one of them would be deleted. */
  example?: string
  /** Why nothing at all was tried. */
  refused?: string
  /** One of its problems is an error. */
  failed?: true
}

/**
 * - `where`: the condition does not let them through.
 * - `unsafe`: no good, complete parcel holds them as they are now: they are new, or have changed since.
 * - `target`: the parcel has not arrived at the target.
 * - `per_run`: there were more than one run may delete.
 * - `failed`: the server did not delete them. `untried`: the drain was broken off before.
 * - `back`: the server said that it had deleted them, and shows them as they were.
 * - `keyless`: they have no key. `unnamed`: they lack a field that the request needs.
 */
type StayReason = 'where' | 'unsafe' | 'target' | 'per_run' | 'failed' | 'untried' | 'back' | 'keyless' | 'unnamed'

export interface Stay {
  reason: StayReason
  records: number
  /** With `target`. */
  target?: string
}

/** For the message of a commit; `undefined` when there is nothing to say. */
export function sayDrained({ deleted, gone }: Drained): string | undefined {
  const count = deleted + gone
  return count === 0 ? undefined : `drain ${sayRecords(count)}`
}

/** Counts what stays. Each record counts once. */
export function staysOf(
  { unwanted }: Pick<Shown, 'unwanted'>,
  { unsafe, waiting, back }: DrainDecision,
  left: { untried: number; failed: number; isOver: boolean },
): Stay[] {
  const stays: Stay[] = [
    { reason: 'failed', records: left.failed },
    { reason: 'back', records: back.length },
    { reason: left.isOver ? 'per_run' : 'untried', records: left.untried },
    ...[...waiting].map(([target, records]): Stay => ({ reason: 'target', records, target })),
    { reason: 'unsafe', records: unsafe },
    { reason: 'where', records: unwanted.where },
    { reason: 'keyless', records: unwanted.keyless },
    { reason: 'unnamed', records: unwanted.unnamed },
  ]
  return stays.filter(({ records }) => records > 0)
}

/** How many records are named in a message; the others are counted. */
const mostNamed = 5

/** An alarm: a record was to be deleted, and another one has its place by now. */
export function changedProblem(changed: readonly Intent[]): Problem {
  const isOne = changed.length === 1
  const names = changed.slice(0, mostNamed).map(({ request }) => request.slice(request.indexOf(' ') + 1))
  const more = changed.length > mostNamed ? `, and ${changed.length - mostNamed} more` : ''
  const what = isOne ? '1 record has' : `${changed.length} records have`
  return {
    severity: 'error',
    code: 'clash',
    message: `${what} changed on the server since a drain was broken off, and ${isOne ? 'was' : 'were'} left there: ${names.join(', ')}${more}`,
    hint: `Look at ${isOne ? 'it' : 'them'} on the server: an edit, or an id that was given to a new record. The next drain takes ${isOne ? 'it' : 'them'} like any other.`,
  }
}

/** What a person should know at the end of a drain. */
export function drainProblems(
  { back, untold }: Pick<DrainDecision, 'back' | 'untold'>,
  failures: readonly UnsiloError[],
  stopped: UnsiloError | undefined,
): Problem[] {
  const problems: Problem[] = []
  if (back.length > 0) {
    const what = back.length === 1 ? '1 record is' : `${back.length} records are`
    problems.push({
      severity: 'error',
      code: 'http',
      risk: 'delete',
      message: `${what} still on the server, which has answered that ${back.length === 1 ? 'it was' : 'they were'} deleted, or not there any more`,
      hint: 'Check `drain.request` in config.toml. If it is right, the server does not do what it says.',
    })
  }
  if (untold.length > 0) {
    problems.push({
      severity: 'warning',
      code: 'incomplete',
      message: `whether ${sayRecords(untold.length)} of a drain that was broken off were deleted is open: the server does not show all that it has`,
      hint: 'Each drain looks again; nothing is needed unless this stays so.',
    })
  }
  const [first] = failures
  if (first !== undefined) {
    const message = `${sayRecords(failures.length)} could not be deleted: ${first.message}`
    problems.push({ ...problemOf(first), message, risk: 'delete' })
  }
  if (stopped !== undefined) {
    // The server was asked to delete, and does not.
    const isRefused = failures.length > 0 || stopped.code === 'auth'
    problems.push({ ...problemOf(stopped), ...(isRefused ? { risk: 'delete' as const } : {}) })
  }
  return problems
}

/** A server that asks for a long wait is no failure: the next run goes on. */
export function problemOf({ code, message, hint }: UnsiloError): Problem {
  const calm: ErrorCode[] = ['parked']
  return { severity: calm.includes(code) ? 'warning' : 'error', code, message, hint }
}

function sayRecords(count: number): string {
  return count === 1 ? '1 record' : `${count} records`
}
