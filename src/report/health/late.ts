import type { Dataset } from '../../dataset/dataset.ts'
import { failuresSinceGood } from '../../dataset/history.ts'
import { hasSource } from '../../dataset/source.ts'
import { warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, nothing, verdictOf } from './judgement.ts'
import { howToEnd, sayBegun } from './unended.ts'

/** Whether the newest good parcel is older than it should be. */
export function judgeAge(facts: HealthFacts): Verdict {
  const { history, overdue, now } = facts
  if (history.newestGood === undefined) return nothing
  if (!overdue.overdue) return verdictOf('late', [], overdue.because)
  const hint = howToGetOne(facts)
  const { sinceMs } = overdue
  const since = sinceMs === undefined ? {} : { since: new Date(now.getTime() - sinceMs).toISOString() }
  return verdictOf('late', [warningOf('late', { message: overdue.fact, hint, ...since })], '')
}

function howToGetOne({ dataset, history, now, unended }: HealthFacts): string {
  const { name, config } = dataset
  if (unended?.isAtWork === true) {
    return `An export has begun on ${sayBegun(unended)}, and still runs. ${howToEnd(dataset, unended)}`
  }
  if (!hasSource(dataset))
    return `${linkHint(dataset)}Put the file where ingest.paths finds it, then \`unsilo run ${name}\`.`
  const isTried = failuresSinceGood(history, now).some(({ state }) => state !== 'unfinished')
  if (isTried) return `Exports were tried since, and gave no good parcel: \`unsilo why ${name}\`.`
  if (config.schedule.kind === 'manual') {
    return `\`unsilo export ${name}\` makes one; an \`interval\` in its config.toml lets \`unsilo run\` do it.`
  }
  return `Check that \`unsilo run\` is started regularly: \`unsilo schedule status\`; \`unsilo why ${name}\`.`
}

/** Where an export by hand is asked for, as the beginning of a hint. */
export function linkHint({ config }: Pick<Dataset, 'config'>): string {
  return config.link === undefined ? '' : `Ask for the export at ${config.link}. `
}
