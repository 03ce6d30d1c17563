import type { Call } from './call.ts'
import { addressWith } from './call.ts'
import type { Instead } from './fault.ts'
import { json, problem, type Reply, text } from './reply.ts'

/** The answer that a fault gives in place of the real one. */
export function insteadReply(fault: Instead, call: Call, now: Date): Reply {
  switch (fault.kind) {
    case 'limited':
      return problem(fault.status ?? 429, 'Too Many Requests', limitHeaders(fault, now))
    case 'secondary-limit':
      return secondaryLimit(fault.seconds)
    case 'unavailable':
      return problem(503, 'Service Unavailable', retryAfter(fault.seconds))
    case 'server-error':
      return text(
        500,
        'text/html; charset=utf-8',
        '<!DOCTYPE html><title>500</title><h1>Whoops, something went wrong</h1>\n',
      )
    case 'status':
      return fault.body === undefined
        ? problem(fault.status, `status ${fault.status}`, fault.headers)
        : json(fault.body, fault.headers, fault.status)
    case 'unauthorized':
      return problem(401, 'token expired', { 'www-authenticate': 'Bearer error="invalid_token"' })
    case 'redirect':
      return text(fault.status ?? 302, 'text/plain', 'moved\n', {
        location: fault.to === 'self' ? addressWith(call, {}) : fault.to,
      })
    case 'echo':
      return json(
        { method: call.method, path: call.path, query: call.query.toString(), headers: call.headers, body: call.body },
        {},
        fault.status ?? 500,
      )
  }
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function secondaryLimit(seconds: number | undefined): Reply {
  const body = {
    documentation_url:
      'https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  }
  return json(body, retryAfter(seconds), 403)
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}

function limitHeaders(
  { seconds, style = 'retry-after' }: Instead & { kind: 'limited' },
  now: Date,
): Record<string, string> {
  const resetMs = now.getTime() + seconds * 1000
  const reset = (value: number): Record<string, string> => ({
    'x-ratelimit-limit': '60',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(value),
  })
  switch (style) {
    case 'retry-after':
      return retryAfter(seconds)
    case 'retry-after-date':
      return { 'retry-after': new Date(resetMs).toUTCString() }
    case 'reset-epoch':
      return reset(Math.ceil(resetMs / 1000))
    case 'reset-epoch-ms':
      return reset(resetMs)
    case 'reset-delta':
      return reset(seconds)
    case 'rate-limit':
      return { 'ratelimit-policy': '"default";q=60;w=60', ratelimit: `"default";r=0;t=${seconds}` }
    case 'rate-limit-fields':
      return { 'ratelimit-limit': '60', 'ratelimit-remaining': '0', 'ratelimit-reset': String(seconds) }
    case 'silent':
      return {}
  }
}
