import * as z from 'zod'
import type { AlertState, Incident } from './incident.ts'
import { severities } from './severity.ts'

const time = z.iso.datetime().transform((text) => new Date(text))

const told = z.object({
  at: time,
  count: z.int().min(1),
  severity: z.enum(severities),
  resolved: z.boolean().exactOptional(),
})

const incident = z.object({
  id: z.string().regex(/^[a-z0-9]+$/),
  dataset: z.string(),
  cause: z.string(),
  severity: z.enum(severities),
  what: z.string(),
  since: time.optional(),
  why: z.string(),
  next: z.string(),
  evidence: z.array(z.string()).exactOptional(),
  opened: time,
  gone: time.exactOptional(),
  resolved: time.exactOptional(),
  lastSent: z.record(z.string(), told),
})

const channel = z.object({
  since: time,
  digest: time.exactOptional(),
  failing: z
    .object({
      since: time,
      at: time,
      failures: z.int().min(1),
      reason: z.string(),
      hint: z.string().exactOptional(),
    })
    .exactOptional(),
  complaint: z.string().exactOptional(),
})

const state = z.object({
  version: z.literal(1),
  incidents: z.array(incident),
  channels: z.record(z.string(), channel),
})

/** A line of the history: how an incident or a channel was from then on, or that an incident is done with. */
const historyLine = z.union([
  z.object({ at: time, incident }),
  z.object({ at: time, closed: z.string() }),
  z.object({ at: time, channel: z.string(), state: channel }),
])

/** `undefined` for what is no state. */
export function parseState(text: string): AlertState | undefined {
  const parsed = state.safeParse(jsonOf(text))
  return parsed.success ? { incidents: parsed.data.incidents.map(complete), channels: parsed.data.channels } : undefined
}

export function stateText({ incidents, channels }: AlertState): string {
  return `${JSON.stringify({ version: 1, incidents, channels }, null, 1)}\n`
}

/** What the history says that there is; lines that cannot be read are counted. */
export function rebuild(history: string): { state: AlertState; unreadable: number } {
  const incidents = new Map<string, Incident>()
  const channels: Record<string, AlertState['channels'][string]> = {}
  let unreadable = 0
  for (const line of history.split('\n').filter((text) => text.trim() !== '')) {
    const parsed = historyLine.safeParse(jsonOf(line))
    if (!parsed.success) unreadable++
    else if ('incident' in parsed.data) incidents.set(parsed.data.incident.id, complete(parsed.data.incident))
    else if ('closed' in parsed.data) incidents.delete(parsed.data.closed)
    else channels[parsed.data.channel] = parsed.data.state
  }
  return { state: { incidents: [...incidents.values()], channels }, unreadable }
}

/** The lines that lead from one state to the next. Texts change all the time and are not worth a line. */
export function historyLines(before: AlertState, after: AlertState, at: Date): string[] {
  const known = new Map(before.incidents.map((one) => [one.id, one]))
  const gist = ({ severity, lastSent, resolved }: Incident): string => JSON.stringify([severity, lastSent, resolved])
  const changed = after.incidents.filter((one) => {
    const old = known.get(one.id)
    return old === undefined || gist(old) !== gist(one)
  })
  const still = new Set(after.incidents.map(({ id }) => id))
  const channels = Object.entries(after.channels).filter(([name, one]) => {
    const old = before.channels[name]
    return (
      old === undefined ||
      (old.failing === undefined) !== (one.failing === undefined) ||
      old.digest?.getTime() !== one.digest?.getTime()
    )
  })
  return [
    ...changed.map((one) => ({ at, incident: one })),
    ...channels.map(([name, one]) => ({ at, channel: name, state: one })),
    ...before.incidents.filter(({ id }) => !still.has(id)).map(({ id }) => ({ at, closed: id })),
  ].map((line) => `${JSON.stringify(line)}\n`)
}

/** All of a state as history. */
export function snapshotLines(whole: AlertState, at: Date): string[] {
  return historyLines({ incidents: [], channels: {} }, whole, at)
}

/** JSON has no `undefined`. */
function complete(one: z.output<typeof incident>): Incident {
  return { ...one, since: one.since }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
