import { saySize } from '../../../system/size.ts'
import type { ProbedStream } from './probed-stream.ts'
import type { RateSeen } from './rate.ts'
import { type Said, sayFound } from './say-found.ts'

/** Says in words what was found, and how it fits to the configuration. */
export function sayStream(probed: ProbedStream): Said[] {
  const { answer, found, because, error, guesses } = probed
  const reasons = [because, error?.hint].filter((text) => text !== undefined)
  return [
    ...(answer === undefined ? [] : [{ about: 'answer', text: sayAnswer(answer) }]),
    ...reasons.map((text) => ({ about: probed.result === 'failed' ? 'failed' : 'result', text })),
    ...(found === undefined || answer?.content !== 'json' ? [] : sayFound(found)),
    ...(found?.limits === undefined ? [] : [{ about: 'limits', text: sayLimits(found.limits) }]),
    ...guesses.map(({ key, because }) => ({ about: 'guess', text: `${key}: ${because}` })),
    ...sayComparison(probed).map((text) => ({ about: 'config', text })),
  ]
}

function sayAnswer({ status, contentType, content, bytes }: NonNullable<ProbedStream['answer']>): string {
  return `${status}, ${contentType ?? `${content}, without a content type`}, ${saySize(bytes)}`
}

function sayLimits({ limit, remaining, resetAt, retryAfterMs, headers }: RateSeen): string {
  const parts: string[] = []
  if (remaining !== undefined) parts.push(`${remaining}${limit === undefined ? '' : ` of ${limit}`} requests are left`)
  else if (limit !== undefined) parts.push(`${limit} requests in a window`)
  if (resetAt !== undefined) parts.push(`reset at ${resetAt.slice(0, 19).replace('T', ' ')} UTC`)
  if (retryAfterMs !== undefined) parts.push(`asks to wait ${Math.ceil(retryAfterMs / 1000)} s`)
  return parts.length === 0 ? `the server sends ${headers.join(', ')}` : parts.join(', ')
}

const words = { differs: 'differs', missing: 'is missing', unseen: 'cannot be seen here' } as const

function sayComparison({ result, comparison }: ProbedStream): string[] {
  if (result !== 'ok') return []
  const fitting = comparison.filter(({ status }) => status === 'fits').map(({ key }) => key)
  const lines = comparison.flatMap(({ key, status, message }) =>
    status === 'fits' ? [] : [`${key} ${words[status]}: ${message}`],
  )
  if (lines.length === 0) return ['everything that this stream configures fits']
  return fitting.length === 0 ? lines : [...lines, `the rest fits: ${fitting.join(', ')}`]
}
