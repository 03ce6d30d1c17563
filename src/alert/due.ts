import { dayMs } from '../system/duration.ts'
import { type ChannelState, nextTry } from './channel-state.ts'
import { lastDigestTime } from './digest-time.ts'
import type { AlertState, Incident } from './incident.ts'
import { type ChannelRules, concerns } from './rules.ts'
import { isAtLeast, severities } from './severity.ts'

/** Why a channel is told of an incident: it is new, goes on, has grown, or is over. */
export type DueKind = 'opened' | 'still' | 'worse' | 'resolved'

/** A message that is due. */
export interface Due {
  channel: string
  /** `gathered`: many at once in one message; `again`: the channel had failed, and there is nothing else by which to find out that it works. */
  kind: DueKind | 'gathered' | 'digest' | 'again'
  /** The worst and oldest first; none in a digest when all is well. */
  about: { id: string; kind: DueKind }[]
  /** Of a digest: the time that it is for. */
  time?: Date
}

/** As many messages at once are read one by one; more become one. */
const mostSingly = 5

/** A channel is told again of what goes on after one day, two, four, then each week. */
export const repeatMs = [dayMs, 2 * dayMs, 4 * dayMs, 7 * dayMs]

/** What a channel has to be told now. */
export function dueFor(rules: ChannelRules, { incidents, channels }: AlertState, now: Date): Due[] {
  const channel = rules.name
  const state = channels[channel]!
  if (state.failing !== undefined && nextTry(state.failing) > now) return []
  const due = incidents
    .toSorted(byWeight)
    .flatMap((incident) => {
      const kind = dueKind(rules, incident, state, now)
      return kind === undefined ? [] : [{ incident, kind }]
    })
    .map(({ incident: { id, severity }, kind }) => ({ id, kind, severity }))
  if (rules.digest !== undefined) {
    const time = lastDigestTime(rules.digest, now)
    if (time > (state.digest ?? state.since)) return [digest(rules, incidents, state, time)]
  }
  const about = due
    .filter(({ severity }) => rules.digest === undefined || severity === 'critical')
    .map(({ id, kind }) => ({ id, kind }))
  if (about.length === 0 && state.failing !== undefined) return [{ channel, kind: 'again', about: [] }]
  if (about.length > mostSingly) return [{ channel, kind: 'gathered', about }]
  return about.map((one) => ({ channel, kind: one.kind, about: [one] }))
}

function digest(rules: ChannelRules, incidents: readonly Incident[], state: ChannelState, time: Date): Due {
  const about = incidents.toSorted(byWeight).flatMap((incident): Due['about'] => {
    if (incident.resolved !== undefined) {
      return needsEnd(rules, incident, state) ? [{ id: incident.id, kind: 'resolved' }] : []
    }
    if (!concerns(rules, incident)) return []
    return [{ id: incident.id, kind: incident.lastSent[rules.name] === undefined ? 'opened' : 'still' }]
  })
  return { channel: rules.name, kind: 'digest', about, time }
}

/** Why this channel is to be told now of this incident; `undefined`: it is not. */
function dueKind(rules: ChannelRules, incident: Incident, state: ChannelState, now: Date): DueKind | undefined {
  if (incident.resolved !== undefined) return needsEnd(rules, incident, state) ? 'resolved' : undefined
  // It may be over: that is told, or that it is back, once it is certain.
  if (incident.gone !== undefined || !concerns(rules, incident)) return undefined
  const told = incident.lastSent[rules.name]
  if (told === undefined) return 'opened'
  if (!isAtLeast(told.severity, incident.severity)) return 'worse'
  const wait = repeatMs[Math.min(told.count, repeatMs.length) - 1]!
  return now.getTime() - told.at.getTime() >= wait ? 'still' : undefined
}

/** Whether a channel has still to be told of an incident that is over. One that never heard of it is told in any case: it was down. */
function needsEnd(rules: ChannelRules, incident: Incident, { since }: ChannelState): boolean {
  const told = incident.lastSent[rules.name]
  if (told !== undefined) return rules.resolved && told.resolved !== true
  return concerns(rules, incident) && since <= incident.resolved!
}

/** Nobody has to be told anything more of it. */
export function isFinished(
  incident: Incident,
  channels: readonly ChannelRules[],
  states: Readonly<Record<string, ChannelState>>,
): boolean {
  return incident.resolved !== undefined && !channels.some((rules) => needsEnd(rules, incident, states[rules.name]!))
}

function byWeight(a: Incident, b: Incident): number {
  const isOver = ({ resolved }: Incident): number => (resolved === undefined ? 0 : 1)
  return (
    isOver(a) - isOver(b) ||
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    a.opened.getTime() - b.opened.getTime() ||
    (a.dataset < b.dataset ? -1 : 1)
  )
}
