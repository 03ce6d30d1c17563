import type { Trouble } from '../alert/incident.ts'
import type { Problem } from '../dataset/dataset.ts'
import type { Outcome } from '../dataset/outcome.ts'
import { levelOf } from '../log/entry.ts'
import { type Critical, criticalTroubles } from './critical.ts'

/** What put data at risk in a run, and may be in no record; without what has made the export fail, too. */
export function criticalOf(outcome: Outcome): Critical[] {
  const { exported, problems } = outcome
  const known = hasCriticalExport(outcome) && exported?.event === 'failed' ? exported.code : undefined
  return risksAmong(problems).filter(({ code }) => code !== known)
}

/** What of some problems puts data at risk. */
export function risksAmong(problems: readonly Problem[]): Critical[] {
  return problems
    .filter((problem) => levelOf(problem) === 'critical')
    .map(({ risk, code, message, hint }) => ({ code: risk ?? code, message, hint }))
}

/** Whether something of a run is to be told at once. */
export function isCritical(outcome: Outcome): boolean {
  return hasCriticalExport(outcome) || criticalOf(outcome).length > 0
}

/** What is wrong after such a run. @param known What the records say. */
export function runTroubles(outcome: Outcome, known: readonly Trouble[], now: Date): Trouble[] {
  const isExport = ({ cause }: Trouble): boolean =>
    hasCriticalExport(outcome) && (cause === 'failing' || cause === 'never')
  const raised = known.map((trouble): Trouble => (isExport(trouble) ? { ...trouble, severity: 'critical' } : trouble))
  return [...raised, ...criticalTroubles(outcome.dataset, criticalOf(outcome), now)]
}

/** An export that failed for such a reason is in the ledger, and an incident by itself. */
function hasCriticalExport({ exported }: Outcome): boolean {
  return exported?.event === 'failed' && levelOf({ severity: 'error', code: exported.code }) === 'critical'
}
