/** Names in lower case. */
type Headers = Readonly<Record<string, string>>

/** What the server says is left of a limit. */
export interface RateState {
  /** Requests that are left. */
  remaining?: number
  /** When there are more again, by our clock. */
  resetAt?: Date
}

// Further than any limit reaches, and near enough for `Date`.
const longestMs = 10 * 365 * 86_400_000

/** The server's clock when it answered; `undefined` when it did not tell. */
export function serverTimeOf(headers: Headers): Date | undefined {
  const ms = parseDate(headers['date'])
  return ms === undefined ? undefined : new Date(ms)
}

/**
 * How long to wait, in ms, by `Retry-After`: seconds or a date (RFC 9110, 10.2.3). A date is held against the server's own
 * clock, for ours may be off. `undefined` when there is none, or it makes no sense.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(longestMs, Number(text) * 1000)
  const date = parseDate(text)
  if (date === undefined) return undefined
  return fromNow(date, headers, now)
}

/**
 * Reads the headers by which servers tell what is left: `X-RateLimit-*`, `X-Rate-Limit-*`, `RateLimit-*`, and `RateLimit`
 * in both forms of the IETF draft (draft-ietf-httpapi-ratelimit-headers, 02 and 10). Of several limits, the tightest.
 */
export function rateStateOf(headers: Headers, now: Date): RateState {
  for (const prefix of ['x-ratelimit', 'x-rate-limit', 'ratelimit']) {
    const remaining = parseCount(headers[`${prefix}-remaining`])
    const after = parseCount(headers[`${prefix}-reset-after`])
    const resetMs = after === undefined ? parseReset(headers[`${prefix}-reset`], headers, now) : after * 1000
    if (remaining !== undefined || resetMs !== undefined) return stateOf(remaining, resetMs, now)
  }
  return combinedState(headers['ratelimit'] ?? '', now)
}

/** How long the answer itself says to wait, in ms; `undefined` when it does not. */
export function toldWaitMs(headers: Headers, now: Date): number | undefined {
  const after = retryAfterMs(headers, now)
  if (after !== undefined) return after
  const { remaining, resetAt } = rateStateOf(headers, now)
  // Where some are left, the refusal has another reason, and the reset does not end it.
  if (resetAt === undefined || (remaining !== undefined && remaining >= 1)) return undefined
  return resetAt.getTime() - now.getTime()
}

function combinedState(text: string, now: Date): RateState {
  const old = /\bremaining\s*=\s*(\d+)/i.exec(text)
  if (old !== null) {
    const reset = parseCount(/\breset\s*=\s*(\d+)/i.exec(text)?.[1])
    return stateOf(Number(old[1]), reset === undefined ? undefined : reset * 1000, now)
  }
  const policies = text.split(',').flatMap((policy): RateState[] => {
    const remaining = parseCount(/;\s*r\s*=\s*(\d+)/.exec(policy)?.[1])
    const reset = parseCount(/;\s*t\s*=\s*(\d+)/.exec(policy)?.[1])
    return remaining === undefined ? [] : [stateOf(remaining, reset === undefined ? undefined : reset * 1000, now)]
  })
  const lateness = ({ resetAt }: RateState): number => resetAt?.getTime() ?? 0
  return policies.sort((a, b) => a.remaining! - b.remaining! || lateness(b) - lateness(a))[0] ?? {}
}

function stateOf(remaining: number | undefined, resetMs: number | undefined, now: Date): RateState {
  return {
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetAt: new Date(now.getTime() + Math.min(resetMs, longestMs)) }),
  }
}

/** Some servers count in fractions (Reddit: "594.0"). */
function parseCount(text: string | undefined): number | undefined {
  const counts = (text ?? '').split(',').map((count) => count.trim())
  if (!counts.every((count) => /^-?\d+(?:\.\d+)?$/.test(count))) return undefined
  return Math.max(0, Math.min(...counts.map(Number)))
}

/** How far off a reset is, in ms: told as a date, as seconds or ms since 1970, or as seconds from now. */
function parseReset(text: string | undefined, headers: Headers, now: Date): number | undefined {
  const date = parseDate(text)
  if (date !== undefined) return fromNow(date, headers, now)
  const count = parseCount(text)
  if (count === undefined || (text ?? '').includes('-')) return undefined
  // No limit is reset in thirty years, and no server tells seconds of before 2001.
  if (count >= 1e11) return fromNow(count, headers, now)
  return count >= 1e9 ? fromNow(count * 1000, headers, now) : count * 1000
}

function fromNow(ms: number, headers: Headers, now: Date): number {
  return Math.min(longestMs, Math.max(0, ms - (serverTimeOf(headers) ?? now).getTime()))
}

/** Reads the dates of HTTP (RFC 9110, 5.6.7) and of ISO 8601, in ms since 1970; a time without a zone is UTC. */
function parseDate(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  const isHttp = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d/i.test(trimmed)
  if (!isHttp && !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(trimmed)) return undefined
  const hasZone = isHttp ? /(?:gmt|utc|[+-]\d{4})$/i.test(trimmed) : /(?:z|[+-]\d\d:?\d\d| ?utc)$/i.test(trimmed)
  const ms = Date.parse(hasZone ? trimmed : `${trimmed}${isHttp ? ' GMT' : 'Z'}`)
  return Number.isNaN(ms) ? undefined : ms
}
