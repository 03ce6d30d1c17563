import { createHash } from 'node:crypto'
import { dayMs } from '../system/duration.ts'
import { type ChannelState, channelTroubles } from './channel-state.ts'
import { type Due, dueFor, isFinished } from './due.ts'
import type { ChannelRules } from './rules.ts'
import { type Severity, isAtLeast } from './severity.ts'

/** What is wrong now: one for each dataset and cause. */
export interface Trouble {
  /** Its name; `alerts` for what is wrong with the alerts themselves. */
  dataset: string
  /** A stable word: `late`, `failing`, `suspect`, `check`, `copy-damaged` … */
  cause: string
  severity: Severity
  /** As a sentence without its dataset: "no good export for 3 days". */
  what: string
  since: Date | undefined
  why: string
  /** What to do. */
  next: string
  evidence?: string[]
}

/** What a channel was last told of an incident. */
interface Told {
  at: Date
  /** How many messages it has got about it. */
  count: number
  /** The worst that it was told. */
  severity: Severity
  /** It knows that this is over. */
  resolved?: boolean
}

/** A trouble from the moment it is first seen until it is over, and who was told of it. */
export interface Incident extends Trouble {
  /** Lower-case letters and digits. */
  id: string
  opened: Date
  /** By the name of the channel. */
  lastSent: Record<string, Told>
  /** Since when it is not seen any more. */
  gone?: Date
  /** When it went, once it has stayed away for long enough to believe it. */
  resolved?: Date
}

/** All that is remembered between two looks. */
export interface AlertState {
  /** Open ones, and those that are over while a channel has still to be told so. */
  incidents: readonly Incident[]
  /** By name. */
  channels: Readonly<Record<string, ChannelState>>
}

export const noAlerts: AlertState = { incidents: [], channels: {} }

export interface FoldOptions {
  /** How long a trouble has to stay away before it is over; one that comes back sooner is still the same incident. Default: 15 minutes. */
  settleMs?: number
  /** The datasets that were looked at; nothing is concluded for others from their silence. Default: all. */
  about?: readonly string[] | undefined
}

const settleMs = 15 * 60_000
/** A channel that is dead for so long is not told any more of what is over. */
const forgetMs = 30 * dayMs

/**
 * What is remembered, what is wrong now and the time, to what is to be remembered and the messages that are due. Nothing counts as
 * told before `recordSent` says so: a message that was not delivered is due again.
 */
export function foldIncidents(
  stored: AlertState,
  troubles: readonly Trouble[],
  channels: readonly ChannelRules[],
  now: Date,
  options: FoldOptions = {},
): { state: AlertState; due: Due[] } {
  const known = notAhead(stored, now)
  const states = Object.fromEntries(channels.map(({ name }) => [name, known.channels[name] ?? { since: now }]))
  const wrong = new Map<string, Trouble>()
  for (const trouble of [...troubles, ...channelTroubles(states)]) {
    const key = keyOf(trouble)
    const other = wrong.get(key)
    if (other === undefined || !isAtLeast(other.severity, trouble.severity)) wrong.set(key, trouble)
  }
  const isLookedAt = ({ dataset, cause }: Trouble): boolean =>
    options.about === undefined || options.about.includes(dataset) || cause.startsWith('channel:')
  const updated = known.incidents.map((incident) => {
    if (incident.resolved !== undefined) return incident
    const trouble = wrong.get(keyOf(incident))
    wrong.delete(keyOf(incident))
    if (trouble !== undefined) return stillThere(incident, trouble)
    return isLookedAt(incident) ? notSeen(incident, now, options.settleMs ?? settleMs) : incident
  })
  const taken = new Set(updated.map(({ id }) => id))
  const opened = [...wrong.values()].map((trouble) => open(trouble, now, taken))
  const incidents = [...updated, ...opened].filter(
    (incident) => !isFinished(incident, channels, states) && !isForgotten(incident, now),
  )
  const state = { incidents, channels: states }
  return { state, due: channels.flatMap((rules) => dueFor(rules, state, now)) }
}

function keyOf({ dataset, cause }: Trouble): string {
  return JSON.stringify([dataset, cause])
}

function open(trouble: Trouble, now: Date, taken: ReadonlySet<string>): Incident {
  const idOf = (seed: string): string => createHash('sha256').update(seed).digest('hex').slice(0, 16)
  let id = idOf(`${keyOf(trouble)} ${now.toISOString()}`)
  while (taken.has(id)) id = idOf(id)
  return { ...trouble, id, opened: now, lastSent: {} }
}

function stillThere({ id, opened, lastSent, since }: Incident, trouble: Trouble): Incident {
  return { ...trouble, since: trouble.since ?? since, id, opened, lastSent }
}

function notSeen(incident: Incident, now: Date, settle: number): Incident {
  const gone = incident.gone ?? now
  const isOver = now.getTime() - gone.getTime() >= settle
  return { ...incident, gone, ...(isOver ? { resolved: gone } : {}) }
}

function isForgotten({ resolved }: Incident, now: Date): boolean {
  return resolved !== undefined && now.getTime() - resolved.getTime() > forgetMs
}

/** A clock that was ahead for a while must not silence anything until that time comes. */
function notAhead({ incidents, channels }: AlertState, now: Date): AlertState {
  const past = (date: Date): Date => (date > now ? now : date)
  return {
    incidents: incidents.map((incident) => ({
      ...incident,
      opened: past(incident.opened),
      lastSent: mapValues(incident.lastSent, (told) => ({ ...told, at: past(told.at) })),
      ...(incident.gone === undefined ? {} : { gone: past(incident.gone) }),
      ...(incident.resolved === undefined ? {} : { resolved: past(incident.resolved) }),
    })),
    channels: mapValues(channels, ({ since, digest, failing, ...state }) => ({
      ...state,
      since: past(since),
      ...(digest === undefined ? {} : { digest: past(digest) }),
      ...(failing === undefined ? {} : { failing: { ...failing, since: past(failing.since), at: past(failing.at) } }),
    })),
  }
}

function mapValues<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
