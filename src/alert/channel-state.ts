import type { Trouble } from './incident.ts'

/** What is remembered of a channel. */
export interface ChannelState {
  /** When it was first heard of: it is not told of what was over before. */
  since: Date
  /** When its last digest was sent. */
  digest?: Date
  /** It does not deliver. */
  failing?: ChannelFailure
  /** What was wrong with its last message, though it was delivered. */
  complaint?: string
}

export interface ChannelFailure {
  since: Date
  /** The last time. */
  at: Date
  /** How often in a row. */
  failures: number
  /** Why, the last time, without secrets. */
  reason: string
  /** What to do. */
  hint?: string
}

const firstWaitMs = 5 * 60_000
const longestWaitMs = 60 * 60_000

/** When a channel that failed may be tried again: after 5, 10, 20, 40 minutes, then each hour. */
export function nextTry({ at, failures }: ChannelFailure): Date {
  return new Date(at.getTime() + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)))
}

/** That a channel fails is a trouble of its own, for the other channels to tell. */
export function channelTroubles(channels: Readonly<Record<string, ChannelState>>): Trouble[] {
  return Object.entries(channels).flatMap(([name, { failing, complaint }]): Trouble[] => {
    const trouble = { dataset: 'alerts', cause: `channel:${name}` }
    const test = `\`unsilo alert test ${name}\` tries it.`
    if (failing !== undefined) {
      const { since, reason, hint } = failing
      const next = hint === undefined ? test : `${hint} ${test}`
      return [{ ...trouble, severity: 'error', what: `the channel ${name} does not deliver`, since, why: reason, next }]
    }
    if (complaint === undefined) return []
    const what = `the channel ${name} delivers only in part`
    return [{ ...trouble, severity: 'warning', what, since: undefined, why: complaint, next: test }]
  })
}
