import { parcelTime } from '../../parcel/id.ts'
import { sayDuration } from '../../system/duration.ts'
import { type Warning, warningOf } from '../warnings.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, good, together, verdictOf } from './judgement.ts'
import { isStillTold, toldParcels } from './recent.ts'

const hourMs = 3_600_000
/** Less than one and a half times the present interval is left. */
const leastHeadroom = 1.5

/** What views saw of the parcels: gaps, how near they were to one, and changes of the form. */
export function judgeViews(facts: HealthFacts): Verdict {
  return together(
    facts.views.flatMap((one) => [
      judgeUnread(facts, one),
      judgeGaps(facts, one),
      judgeHeadroom(facts, one),
      judgeDrift(facts, one),
    ]),
  )
}

type View = HealthFacts['views'][number]
type Drift = View['state']['drift'][number]

/** A view that never found an item in what it read, or that has found none in whole parcels of late. */
function judgeUnread({ dataset }: HealthFacts, { view, state }: View): Verdict {
  const { items, errors, unsure } = state
  const isNone = items === 0 && errors > 0
  // Without a place in it, it is the whole file that could not be read.
  const isNoMore = unsure !== undefined && unsure.file === '' && unsure.path === undefined
  if (!isNone && !isNoMore) return good('unread', `${view} has ${items === 1 ? '1 item' : `${items} items`}`)
  const because = unsure === undefined ? '' : `: ${unsure.problem}`
  const warning = warningOf('unread', {
    message: isNone
      ? `nothing could be read in view ${view}: it has no items, and ${errors === 1 ? '1 error' : `${errors} errors`}${because}`
      : `nothing could be read in view ${view} since ${unsure!.since}${because}`,
    hint: `\`unsilo views ${dataset.name}\` says where to look. Mend [views.${view}] in its config.toml, or the source; then type it again.`,
    ...(unsure === undefined ? {} : { since: parcelTime(unsure.since).toISOString() }),
  })
  return verdictOf('unread', [warning], '')
}

function judgeGaps({ dataset, history }: HealthFacts, { view, state }: View): Verdict {
  if (state.headroom === undefined) return together([])
  const recent = state.gaps.filter(({ before }) => isStillTold(history, before))
  const last = recent.at(-1)
  const warnings: Warning[] = []
  if (last !== undefined) {
    const more = recent.length === 1 ? '' : `, and ${recent.length - 1} more gaps before`
    warnings.push(
      warningOf('gap', {
        message: `${view}: ${last.after} and ${last.before} do not overlap; what was there only in these ${sayDuration(last.hours * hourMs)} is lost${more}`,
        hint: `Export more often; \`unsilo views ${dataset.name}\` says how far apart parcels may be.`,
        evidence: [`told until ${toldParcels} good parcels have followed, or the newest one is accepted`],
        since: parcelTime(last.before).toISOString(),
      }),
    )
  }
  const old = state.gaps.length === 0 ? 'no gaps' : `${state.gaps.length} gaps, all of them long ago or accepted`
  return verdictOf('gap', warnings, `${view} has ${old}`)
}

function judgeHeadroom({ dataset }: HealthFacts, { view, state }: View): Verdict {
  const { headroom } = state
  if (headroom === undefined) return together([])
  const { turnover, mostTurnover, longestHours } = headroom
  const limit =
    longestHours === undefined ? '' : `; at this rate parcels may be up to ${sayDuration(longestHours * hourMs)} apart`
  const found = `${view}: ${sayShare(turnover)} of the window was new in the last parcel, at most ${sayShare(mostTurnover)} in a recent one${limit}`
  const isNear = mostTurnover > 1 / leastHeadroom
  if (!isNear) return good('headroom', found)
  const warning = warningOf('headroom', {
    message: found,
    hint: `Shorten the interval of ${dataset.name} before parcels do not overlap any more.`,
  })
  return verdictOf('headroom', [warning], '')
}

function judgeDrift({ dataset, history }: HealthFacts, { view, state }: View): Verdict {
  const recent = state.drift.filter(({ parcel }) => isStillTold(history, parcel))
  // A new field takes nothing away.
  const bad = recent.filter(({ kind }) => kind !== 'appeared')
  const fresh = recent.filter(({ kind }) => kind === 'appeared').map(({ field }) => field)
  const last = bad.at(-1)
  const warnings =
    last === undefined
      ? []
      : [
          warningOf('drift', {
            message: `the form of ${view} has changed: ${sayDrift(last)}${bad.length === 1 ? '' : `, and ${bad.length - 1} more change${bad.length === 2 ? '' : 's'}`}`,
            hint: `See whether the view still reads what it should: \`unsilo views ${dataset.name}\`. If so: \`unsilo accept ${dataset.name} ${history.newestGood?.id ?? last.parcel}\`.`,
            evidence: bad.slice(-5).map(sayDrift),
            since: parcelTime(last.parcel).toISOString(),
          }),
        ]
  const news = fresh.length === 0 ? '' : `; new fields: ${fresh.join(', ')}`
  return verdictOf('drift', warnings, `the form of ${view} is as it was in the last ${toldParcels} parcels${news}`)
}

function sayDrift({ field, kind, before, after, parcel }: Drift): string {
  const day = parcel.slice(0, 10)
  if (kind === 'type') return `${field} was ${before.join(' or ')}, and is ${after.join(' or ')} since ${day}`
  return kind === 'appeared' ? `${field} is new since ${day}` : `${field} is not there any more since ${day}`
}

function sayShare(share: number): string {
  return `${Math.round(share * 100)} %`
}
