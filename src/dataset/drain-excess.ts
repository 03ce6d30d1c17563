import { UnsiloError } from '../errors.ts'
import type { DrainedRecord } from '../ledger/event.ts'
import type { Problem } from './dataset.ts'
import { sayRecord } from './drain-ledger.ts'

/**
 * Records that the server showed, was not asked to delete, and does not show any more.
 *
 * @param asked By `recordId`, like the others.
 */
export function vanishedFrom(
  known: ReadonlyMap<string, DrainedRecord>,
  shown: ReadonlyMap<string, DrainedRecord>,
  asked: ReadonlyMap<string, unknown>,
): DrainedRecord[] {
  return [...known].filter(([id]) => !shown.has(id) && !asked.has(id)).map(([, record]) => record)
}

/** An alarm: more is gone than was to be deleted. */
export function vanishedProblem(vanished: readonly DrainedRecord[]): Problem {
  const isOne = vanished.length === 1
  const what = isOne ? '1 record that was to stay is' : `${vanished.length} records that were to stay are`
  const first = `${isOne ? ':' : ', the first of them'} ${sayRecord(vanished[0]!)}`
  return {
    severity: 'error',
    code: 'clash',
    risk: 'vanished',
    message: `${what} gone from the server${first}; a deletion may have taken ${isOne ? 'it' : 'them'} along, or somebody else has deleted ${isOne ? 'it' : 'them'}`,
    hint: 'No more is deleted in this drain. Find out who did it, and check `drain.request` before the next one: it begins with one record.',
  }
}

/** Of two records with one request, neither can be deleted without the other. */
export function sharedRequest(request: string): UnsiloError {
  return new UnsiloError('config', `${request} would delete two records at once`, {
    hint: 'Write `drain.request` so that each record has its own, as in "DELETE export/{form.name}/{id}".',
  })
}
