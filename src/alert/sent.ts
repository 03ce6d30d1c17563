import type { Due } from './due.ts'
import type { AlertState, Incident } from './incident.ts'
import { worst } from './severity.ts'

/** The message was delivered. @param complaint What was wrong with it all the same. */
export function recordSent(state: AlertState, due: Due, now: Date, complaint?: string): AlertState {
  const { channel } = due
  const ids = new Set(due.about.map(({ id }) => id))
  const { failing: _failing, complaint: _complaint, ...known } = state.channels[channel]!
  return {
    incidents: state.incidents.map((incident) => (ids.has(incident.id) ? told(incident, channel, now) : incident)),
    channels: {
      ...state.channels,
      [channel]: {
        ...known,
        ...(due.kind === 'digest' ? { digest: now } : {}),
        ...(complaint === undefined ? {} : { complaint }),
      },
    },
  }
}

/** The channel could not deliver. */
export function recordFailed(
  state: AlertState,
  channel: string,
  now: Date,
  { reason, hint }: { reason: string; hint?: string | undefined },
): AlertState {
  const known = state.channels[channel]!
  const failing = {
    since: known.failing?.since ?? now,
    at: now,
    failures: (known.failing?.failures ?? 0) + 1,
    reason,
    ...(hint === undefined ? {} : { hint }),
  }
  return { ...state, channels: { ...state.channels, [channel]: { ...known, failing } } }
}

function told(incident: Incident, channel: string, at: Date): Incident {
  const before = incident.lastSent[channel]
  const entry = {
    at,
    count: (before?.count ?? 0) + 1,
    severity: worst([incident.severity, ...(before === undefined ? [] : [before.severity])]),
    ...(incident.resolved === undefined ? {} : { resolved: true }),
  }
  return { ...incident, lastSent: { ...incident.lastSent, [channel]: entry } }
}
