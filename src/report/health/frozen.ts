import { parcelTime } from '../../parcel/id.ts'
import { sayDuration } from '../../system/duration.ts'
import { type Warning, warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, good, nothing, together, verdictOf } from './judgement.ts'
import { cellsOf, hashesOf, newestRecordsOf } from './recent.ts'
import { type Sight, leastChanges, limitOf, stillnessOf, usualStep } from './stillness.ts'

const hourMs = 3_600_000

/** Exports succeed, and nothing new comes: a token that has expired, a page from a cache. */
export function judgeFrozen(facts: HealthFacts): Verdict {
  const { dataset, history, table } = facts
  const { newest } = dataset.config.health
  const stepMs =
    facts.views.length === 0 ? 0 : usualStep(history.parcels.flatMap(({ id, state }) => (state === 'good' ? [id] : [])))
  const found = together([
    ...facts.views.map((view) => judgePace(facts, view, stepMs)),
    newest === undefined ? nothing : judgeSights(facts, `metric ${newest}`, cellsOf(history, table, newest)),
    ...judgeRecords(facts),
  ])
  if (!isOfExchanges(facts))
    return together([found, judgeSights(facts, 'the content of the parcels', hashesOf(history, table))])
  return found.judgements.length > 0 || history.newestGood === undefined ? found : good('frozen', howToKnow)
}

/** Parcels of a REST source hold the times of its requests: no two are the same. */
function isOfExchanges({ dataset }: HealthFacts): boolean {
  return dataset.config.source?.kind === 'rest'
}

const howToKnow =
  'whether something new still comes cannot be told: parcels of a REST source are never the same, for they hold the times of the requests. ' +
  'Give a stream a `cursor`, or a view of it a `feed`, or name a metric in `health.newest`'

/** The newest record of each stream that says how new its records are. */
function judgeRecords(facts: HealthFacts): Verdict[] {
  const { dataset, history, table } = facts
  const { source } = dataset.config
  if (source?.kind !== 'rest') return []
  return source.streams
    .filter(({ cursor, high_water: highWater }) => cursor !== undefined || highWater !== undefined)
    .map((stream) => {
      const field = (stream.cursor ?? stream.high_water)!.field.text
      const sights = newestRecordsOf(history, table, stream.name)
      const what = `the largest ${field} of ${stream.name}`
      if (sights.length > 1) return judgeSights(facts, what, sights)
      return good('frozen', `${what} says how new its records are: it is compared once two parcels tell it`)
    })
}

/** What used to change from parcel to parcel. */
function judgeSights(facts: HealthFacts, what: string, sights: readonly Sight[]): Verdict {
  if (sights.length < 2) return nothing
  const { changes, since, times, stillMs, longestMs, limitMs, isFrozen } = stillnessOf(sights)
  if (times === 1) return good('frozen', `${what}: the newest is unlike the one before`)
  if (changes < leastChanges) {
    return good(
      'frozen',
      `${what} has changed ${changes === 1 ? 'once' : `${changes} times`}, too rarely to say how often it should`,
    )
  }
  const numbers = `it has changed ${changes} times, and stood still for ${sayDuration(longestMs)} at most; ${sayDuration(limitMs)} would be told`
  if (!isFrozen) return good('frozen', `${what} has stood still for ${sayDuration(stillMs)}; ${numbers}`)
  return verdictOf(
    'frozen',
    [
      frozen(
        facts,
        `${what} has been the same in ${times} parcels, for ${sayDuration(stillMs)}, and used to change`,
        numbers,
        new Date(since),
      ),
    ],
    '',
  )
}

/**
 * When the items of a feed are from. Only what the newest parcel shows counts: that nothing is exported is another matter.
 *
 * @param stepMs From one parcel to the next, as usual.
 */
function judgePace(facts: HealthFacts, { view, state }: HealthFacts['views'][number], stepMs: number): Verdict {
  const { pace, to } = state
  if (pace === undefined || to === undefined) return nothing
  const { newest, times, longestHours } = pace
  const what = `the newest item of ${view} is from ${newest.slice(0, 16).replace('T', ' ')} UTC`
  if (times <= leastChanges) return good('frozen', `${what}; ${times} times are too few to say how often they come`)
  const stillMs = Math.max(0, parcelTime(to).getTime() - Date.parse(newest))
  const limitMs = limitOf(longestHours * hourMs, stepMs)
  const numbers = `in the year before, at most ${sayDuration(longestHours * hourMs)} lay between two of them; ${sayDuration(limitMs)} would be told`
  if (stillMs <= limitMs) return good('frozen', `${what}; ${numbers}`)
  const message = `${what}, ${sayDuration(stillMs)} before the newest parcel`
  return verdictOf('frozen', [frozen(facts, message, numbers, new Date(newest))], '')
}

function frozen({ dataset }: HealthFacts, message: string, numbers: string, since: Date): Warning {
  return warningOf('frozen', {
    message: `exports succeed, but ${message}`,
    hint:
      `Compare with the service itself: has the login expired, is it the right account? If it is right so: ` +
      `accept = [{ what = "frozen", until = "…", because = "…" }] in the config.toml of ${dataset.name}.`,
    evidence: [numbers],
    since: since.toISOString(),
  })
}
