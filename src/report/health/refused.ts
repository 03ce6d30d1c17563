import { type Warning, warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, nothing, verdictOf } from './judgement.ts'

/** What is still being written, or is empty until it is, gets this long. */
const graceMs = 3_600_000
const passing = new Set(['busy', 'empty'])

/** Files that wait where `ingest.paths` finds them, and that runs could not take in. */
export function judgeRefusals({ dataset, refusals, now }: HealthFacts): Verdict {
  if (dataset.config.ingest.paths.length === 0) return nothing
  const told = refusals.filter(({ code, since }) => !passing.has(code) || now.getTime() - Date.parse(since) >= graceMs)
  const warnings = told.map(({ from, reason, hint, since }): Warning => {
    const message = reason.includes(from) ? reason : `cannot ingest ${from}: ${reason}`
    const next = hint ?? 'It was left where it is. Put a whole one in its place, or take it away.'
    return warningOf('refused', { message, hint: next, since })
  })
  return verdictOf('refused', warnings, 'no file waits that could not be taken in')
}
