import { rateStateOf, retryAfterMs } from '../rate-headers.ts'

/** What the server says of its limits. */
export interface RateSeen {
  /** Requests in a window. */
  limit?: number
  remaining?: number
  /** When there are more again, by our clock. */
  resetAt?: string
  retryAfterMs?: number
  /** The headers that say so. */
  headers: string[]
}

const limitHeader = /^(?:(?:x-)?rate-?limit(?:-.*)?|retry-after|x-[a-z-]*limit[a-z-]*)$/

/** @param headers Names in lower case. */
export function rateSeen(headers: Readonly<Record<string, string>>, now: Date): RateSeen | undefined {
  const names = Object.keys(headers).filter((name) => limitHeader.test(name))
  if (names.length === 0) return undefined
  const { remaining, resetAt } = rateStateOf(headers, now)
  const afterMs = retryAfterMs(headers, now)
  const limit = limitOf(headers)
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetAt === undefined ? {} : { resetAt: resetAt.toISOString() }),
    ...(afterMs === undefined ? {} : { retryAfterMs: Math.round(afterMs) }),
    headers: names,
  }
}

function limitOf(headers: Readonly<Record<string, string>>): number | undefined {
  const told = ['x-ratelimit-limit', 'x-rate-limit-limit', 'ratelimit-limit'].map((name) => headers[name])
  const text =
    told.find((value) => value !== undefined) ??
    // The IETF draft, 02: `limit=100, remaining=50`; 10: a policy `"default";q=100;w=60`.
    /\blimit\s*=\s*(\d+)/i.exec(headers['ratelimit'] ?? '')?.[1] ??
    /;\s*q\s*=\s*(\d+)/.exec(headers['ratelimit-policy'] ?? '')?.[1]
  const limit = /^\s*\d+(?:\.\d+)?/.exec(text ?? '')?.[0]
  return limit === undefined ? undefined : Number(limit)
}
