import { dayMs, formatDuration, sayDuration } from '../system/duration.ts'

/** When a job should have been started, beside when it was. */
export interface Firing {
  state: 'ok' | 'late' | 'never'
  /** For a person to read. */
  because: string
  /** When it was started last. */
  lastAt: string | undefined
  /** How often it should have been started in the last week, or since it was installed; and how often it was. */
  expected: number
  fired: number
  /** The longest time without a start, in that time. Missing when none was longer than it should be. */
  longestSilence: { from: string; to: string; ms: number } | undefined
}

export interface FiringInput {
  everyMs: number
  installedAt: Date
  /** Oldest first. */
  ticks: readonly Date[]
  now: Date
}

const weekMs = 7 * dayMs
/** A timer may fire a little late, and a start take a while. */
const graceMs = 2 * 60_000

export function firingOf({ everyMs, installedAt, ticks, now }: FiringInput): Firing {
  const from = new Date(Math.max(installedAt.getTime(), now.getTime() - weekMs))
  const spanMs = Math.max(0, now.getTime() - from.getTime())
  const within = ticks.filter((tick) => tick >= from && tick <= now)
  const last = ticks.findLast((tick) => tick <= now)
  const longestMs = 2 * everyMs + graceMs
  const known = {
    lastAt: last?.toISOString(),
    expected: Math.floor(spanMs / everyMs),
    fired: within.length,
    longestSilence: longestSilence([from, ...within, now], longestMs),
  }
  const silentMs = now.getTime() - Math.max(last?.getTime() ?? 0, installedAt.getTime())
  const every = `it should start every ${formatDuration(everyMs)}`
  if (silentMs <= longestMs) {
    const because = last === undefined ? `${every}, and was installed just now` : `it started ${ago(last, now)}`
    return { state: 'ok', because, ...known }
  }
  return last === undefined || last < installedAt
    ? {
        state: 'never',
        because: `${every}, and has not once since it was installed, ${ago(installedAt, now)}`,
        ...known,
      }
    : { state: 'late', because: `${every}, and started last ${ago(last, now)}`, ...known }
}

function longestSilence(times: readonly Date[], allowedMs: number): Firing['longestSilence'] {
  let longest: Firing['longestSilence']
  for (const [index, to] of times.entries()) {
    const from = times[index - 1]
    if (from === undefined) continue
    const ms = to.getTime() - from.getTime()
    if (ms > allowedMs && ms > (longest?.ms ?? 0)) longest = { from: from.toISOString(), to: to.toISOString(), ms }
  }
  return longest
}

function ago(time: Date, now: Date): string {
  return `${sayDuration(now.getTime() - time.getTime())} ago`
}
