import { copiesAt } from '../../dataset/acknowledgements.ts'
import { isEvent, sealedParcels } from '../../dataset/history.ts'
import { dayMs, sayDuration } from '../../system/duration.ts'
import { type Warning, warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, nothing, together, verdictOf } from './judgement.ts'

/** With 5 % a week, every copy is read again within 20 weeks. */
const usualMs = 180 * dayMs

/** How long ago copies were compared with their hashes: when they were made, or read again. Places that are not used are left out. */
export function judgeVerified(facts: HealthFacts): Verdict {
  const { dataset, history, copies } = facts
  const { verifyAgeMs } = dataset.config
  // Where there is one copy, and nobody ever verifies, it is not said each day that nobody does.
  const isMeant = verifyAgeMs !== undefined || copies.here.size > 0 || dataset.targets.length > 0
  if (!isMeant) return nothing
  const here = sealedParcels(history).flatMap(({ id, ended }) => {
    const verdict = copies.here.get(id)
    // A parcel that unsilo has not made has no hash to be compared with.
    if (verdict === undefined) return isEvent(ended, 'sealed') ? [ended.at] : []
    return verdict.ok ? [verdict.at] : []
  })
  return together([
    judgePlace(facts, undefined, here),
    ...dataset.targets.map(({ name }) =>
      judgePlace(
        facts,
        name,
        copiesAt(copies.known, name).flatMap(({ at, verdict }) => (verdict?.ok === false ? [] : [verdict?.at ?? at])),
      ),
    ),
  ])
}

/** @param checked When each copy there was checked last. */
function judgePlace({ dataset, now }: HealthFacts, target: string | undefined, checked: readonly string[]): Verdict {
  const limitMs = dataset.config.verifyAgeMs ?? usualMs
  const oldest = checked.reduce((a, b) => (a < b ? a : b), '9')
  if (checked.length === 0) return nothing
  const ageMs = Math.max(0, now.getTime() - Date.parse(oldest))
  const where = target === undefined ? 'here' : `at ${target}`
  const last = `of ${checked.length} ${where}, the one whose check is longest ago was checked on ${oldest.slice(0, 10)}, ${sayDuration(ageMs)} ago`
  const numbers = `${last}; ${sayDuration(limitMs)} would be told`
  if (ageMs <= limitMs) return verdictOf('unverified', [], numbers)
  const old = checked.filter((at) => now.getTime() - Date.parse(at) > limitMs).length
  const warning: Warning = warningOf('unverified', {
    message: `${old} of ${checked.length} parcels ${where} were not verified for ${sayDuration(limitMs)}, one of them not since ${oldest.slice(0, 10)}`,
    hint: `\`unsilo verify ${dataset.name}${target === undefined ? '' : ` --target ${target}`}\`; put it on a timer.`,
    since: new Date(Date.parse(oldest) + limitMs).toISOString(),
  })
  return verdictOf('unverified', [warning], '')
}
