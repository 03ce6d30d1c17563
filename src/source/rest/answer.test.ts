import { describe, expect, it } from 'vitest'
import { type OnRules, actionFor, onConfig } from './answer.ts'

const on = (rules: Record<string, string>): OnRules => onConfig.parse(rules)

describe('without rules', () => {
  it.each([
    [200, '', {}, 'ok'],
    [204, '', {}, 'ok'],
    [304, '', {}, 'fail'],
    [400, '', {}, 'fail'],
    [401, '', {}, 'authorize'],
    [403, 'You may not see this', {}, 'fail'],
    [403, '', { 'retry-after': '60' }, 'wait'],
    [403, '', { 'x-ratelimit-remaining': '0' }, 'wait'],
    [403, 'You must not', { 'x-ratelimit-remaining': '10' }, 'fail'],
    [403, '{"message":"You have exceeded a secondary rate limit."}', { 'x-ratelimit-remaining': '10' }, 'wait'],
    [404, 'rate limit', {}, 'fail'],
    [408, '', {}, 'retry'],
    [425, '', {}, 'retry'],
    [429, '', {}, 'wait'],
    [500, '', { 'retry-after': '60' }, 'retry'],
    [503, '', {}, 'retry'],
    [503, '', { 'retry-after': '60' }, 'wait'],
  ])('%i %j %j: %s', (status, body, headers, action) => {
    expect(actionFor(status, body, headers as Record<string, string>, [])).toBe(action)
  })
})

it('heeds a rule before anything else', () => {
  const rules = on({ '401': 'skip', '429': 'fail', '204': 'end', '5xx': 'fail' })
  expect([401, 429, 204, 503, 404].map((status) => actionFor(status, '', {}, rules))).toEqual([
    'skip',
    'fail',
    'end',
    'fail',
    'fail',
  ])
})

it('lets the most specific rule win, in whatever order they stand', () => {
  const rules = on({ '4xx': 'skip', '403:over the LIMIT': 'wait', '403': 'end', '403:limit': 'retry' })
  expect(actionFor(404, 'limit', {}, rules)).toBe('skip')
  expect(actionFor(403, 'no', {}, rules)).toBe('end')
  expect(actionFor(403, 'a Limit', {}, rules)).toBe('retry')
  expect(actionFor(403, 'You are Over the limit.', {}, rules)).toBe('wait')
})

it("lets the first of two rules that say the same stand: a stream's own come before those of its source", () => {
  expect(actionFor(404, '', {}, [...on({ '404': 'end' }), ...on({ '404': 'skip' })])).toBe('end')
})

it.each([
  { '40': 'skip' },
  { '600': 'skip' },
  { '4x4': 'skip' },
  { '404:': 'skip' },
  { '404': 'ok' },
  { '200:x': 'skip' },
])('refuses %j', (rules) => {
  expect(onConfig.safeParse(rules).success).toBe(false)
})
