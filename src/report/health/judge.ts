import { drainSetup } from '../../dataset/drain-setup.ts'
import { isEvent } from '../../dataset/history.ts'
import { hasChecks } from '../../dataset/view-work.ts'
import { checkWarnings } from '../check-warnings.ts'
import { damagedWarnings, unpublishedWarnings } from '../copy-warnings.ts'
import { drainWarnings } from '../drain-warnings.ts'
import { type Health, type Warning, openWarnings, rankOf } from '../warnings.ts'
import { uselessEntries, withAcceptance, withAccepted } from './accepted.ts'
import { successWarnings, tracelessWarnings } from './attempts.ts'
import type { HealthFacts } from './facts.ts'
import { judgeFigures } from './figures.ts'
import { judgeFrozen } from './frozen.ts'
import { type Judgement, type Verdict, nothing, together, verdictOf } from './judgement.ts'
import { judgeAge } from './late.ts'
import { judgeRefusals } from './refused.ts'
import { damageWarnings, gonePackWarnings, goneWarnings, metricWarnings } from './stored.ts'
import { sayUnended } from './unended.ts'
import { judgeVerified } from './verified.ts'
import { judgeViews } from './views.ts'

/** How a dataset is, and why. */
export interface DatasetHealth {
  /** Of the worst warning that is not accepted; `good` without any; `running` during the first export; `idle` when it is not set up yet and has no parcels. */
  health: Health
  /** The worst first; those that are accepted stand last. */
  warnings: Warning[]
  /** All that was looked at. */
  judgements: Judgement[]
}

/**
 * The verdict on a dataset. It follows from the facts alone: the same facts, the same verdict.
 *
 * @param damage What could not even be read.
 */
export function judge(facts: HealthFacts, damage: readonly Warning[] = []): DatasetHealth {
  const { judgements, warnings: found } = together([
    verdictOf('broken', damage, 'metrics.csv can be read'),
    ...judged(facts),
  ])
  const marked = withAccepted(found, facts.dataset.config.accept, facts.today)
  const order = ({ health, accepted }: Warning): number => rankOf(health) + (accepted === undefined ? 0 : 100)
  const warnings = marked.toSorted((a, b) => order(a) - order(b))
  return {
    health: openWarnings(warnings)[0]?.health ?? calmState(facts, warnings),
    warnings,
    judgements: [...judgements.map((one) => withAcceptance(one, marked)), ...uselessEntries(found, facts)],
  }
}

function sayReadable(name: string, { newestGood }: HealthFacts['history']): string {
  if (newestGood === undefined) return 'the ledger can be read'
  const { id, ended } = newestGood
  return isEvent(ended, 'sealed')
    ? `the ledger can be read, and ${id} is as large as it was sealed`
    : `the ledger has no line of ${id}: nobody can tell whether it is as it was; \`unsilo recover ${name}\` notes how it is`
}

/** The state without an open warning. Never `good` before there is something good. */
function calmState({ history, unended }: HealthFacts, warnings: readonly Warning[]): Health {
  if (unended !== undefined && history.newestGood === undefined && warnings.length === 0) return 'running'
  return history.parcels.length === 0 && warnings.length === 0 ? 'idle' : 'good'
}

function judged(facts: HealthFacts): Verdict[] {
  const { dataset, history, table, now, bytesNow, copies, lacking, unended } = facts
  const newest = history.newestGood?.id
  const attempt = history.newest?.id
  const newestGone = goneWarnings(dataset, history, table)
  return [
    verdictOf(
      'broken',
      damageWarnings(dataset, history, bytesNow, facts.damagedLines),
      sayReadable(dataset.name, history),
    ),
    verdictOf(
      'failing',
      [
        ...successWarnings(dataset, history, now, unended, facts.refusals.length > 0),
        ...tracelessWarnings(dataset, history, table),
      ],
      attempt === undefined
        ? 'nothing was exported yet'
        : unended !== undefined
          ? sayUnended(unended, dataset, now)
          : `the newest attempt, ${attempt}, did not fail, and is not suspect`,
    ),
    judgeRefusals(facts),
    judgeAge(facts),
    judgeFrozen(facts),
    verdictOf(
      'gone',
      newestGone.length > 0 ? newestGone : gonePackWarnings(dataset, history),
      newest === undefined
        ? 'there is no successful parcel that could be missing'
        : `the newest successful parcel, ${newest}, is not missing`,
    ),
    verdictOf('damaged', damagedWarnings(dataset, copies), 'nothing is known to be damaged'),
    dataset.targets.length === 0
      ? nothing
      : verdictOf(
          'unpublished',
          unpublishedWarnings(dataset, lacking),
          lacking.length === 0 ? 'no target lacks a good parcel' : 'what targets lack is not old enough to be told',
        ),
    judgeVerified(facts),
    drainSetup(dataset) === undefined
      ? nothing
      : verdictOf(
          'undrained',
          drainWarnings(dataset, history),
          'no deletion on the server is open, and no drain was stopped',
        ),
    judgeFigures(facts),
    judgeViews(facts),
    hasChecks(dataset) || dataset.config.publishViews.length > 0
      ? verdictOf(
          'check',
          checkWarnings(dataset, history),
          'no check of a view failed in the last run, and its files were written',
        )
      : nothing,
    newest === undefined
      ? nothing
      : verdictOf('unmeasured', metricWarnings(dataset, history, table), `the metrics of ${newest} are there`),
  ]
}
