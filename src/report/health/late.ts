import type { Dataset } from '../../dataset/dataset.ts'
import { hasSource } from '../../dataset/source.ts'
import { warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, nothing, verdictOf } from './judgement.ts'
import { howToEnd, sayBegun } from './unended.ts'

/** Whether the newest good parcel is older than it should be. */
export function judgeAge({ dataset, history, overdue, now, unended }: HealthFacts): Verdict {
  if (history.newestGood === undefined) return nothing
  if (!overdue.overdue) return verdictOf('late', [], overdue.because)
  const hint =
    unended?.isAtWork === true
      ? `An export has begun on ${sayBegun(unended)}, and still runs. ${howToEnd(dataset, unended)}`
      : hasSource(dataset)
        ? `Check that \`unsilo run\` is started regularly; \`unsilo why ${dataset.name}\`.`
        : `${linkHint(dataset)}Put the file where ingest.paths finds it, then \`unsilo run ${dataset.name}\`.`
  const { sinceMs } = overdue
  const since = sinceMs === undefined ? {} : { since: new Date(now.getTime() - sinceMs).toISOString() }
  return verdictOf('late', [warningOf('late', { message: overdue.fact, hint, ...since })], '')
}

/** Where an export by hand is asked for, as the beginning of a hint. */
export function linkHint({ config }: Pick<Dataset, 'config'>): string {
  return config.link === undefined ? '' : `Ask for the export at ${config.link}. `
}
