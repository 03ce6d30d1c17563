import { problem, type Reply } from './reply.ts'

export interface RateOptions {
  /** Requests in a window. */
  limit: number
  /** Length of a window, on the service's clock. */
  seconds: number
}

/** Counts the requests of each API, and tells in the API's own headers how many are left. */
export interface Rate {
  /** Counts one request. @returns headers for its answer, or the refusal when there were too many */
  count(api: string, now: Date): { headers: Record<string, string>; refusal: Reply | undefined }
}

export function createRate({ limit, seconds }: RateOptions): Rate {
  const windows = new Map<string, { reset: number; used: number }>()
  return {
    count(api, now) {
      const seconds0 = now.getTime() / 1000
      const open = windows.get(api)
      const window =
        open !== undefined && open.reset > seconds0 ? open : { reset: Math.ceil(seconds0 + seconds), used: 0 }
      windows.set(api, window)
      window.used++
      const remaining = Math.max(0, limit - window.used)
      const headers = headersOf(api, {
        limit,
        remaining,
        used: window.used,
        reset: window.reset,
        delta: window.reset - seconds0,
      })
      return { headers, refusal: window.used > limit ? refusalOf(api, window.reset - seconds0, headers) : undefined }
    },
  }
}

interface State {
  limit: number
  remaining: number
  used: number
  /** Seconds since 1970. */
  reset: number
  /** Seconds from now. */
  delta: number
}

/**
 * GitHub: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api. Reddit, whose remaining is a
 * decimal and whose reset is in seconds from now:
 * https://www.reddit.com/r/redditdev/comments/1yxrp7/formal_ratelimiting_headers/. Mastodon, whose reset is a date:
 * https://docs.joinmastodon.org/api/rate-limits/.
 */
function headersOf(api: string, { limit, remaining, used, reset, delta }: State): Record<string, string> {
  if (api === 'reddit') {
    return {
      'x-ratelimit-used': String(used),
      'x-ratelimit-remaining': remaining.toFixed(1),
      'x-ratelimit-reset': String(Math.ceil(delta)),
    }
  }
  if (api !== 'github' && api !== 'mastodon') return {}
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': api === 'github' ? String(reset) : new Date(reset * 1000).toISOString(),
    ...(api === 'github' ? { 'x-ratelimit-used': String(used), 'x-ratelimit-resource': 'core' } : {}),
  }
}

function refusalOf(api: string, delta: number, headers: Record<string, string>): Reply {
  if (api === 'github') return problem(403, 'API rate limit exceeded for user ID 1.', headers)
  const own = Object.keys(headers).length > 0 ? headers : { 'retry-after': String(Math.ceil(delta)) }
  return problem(429, 'Too Many Requests', own)
}
