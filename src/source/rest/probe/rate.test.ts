import { expect, it } from 'vitest'
import { rateSeen } from './rate.ts'
import { github, mastodon, reddit } from './samples.fixture.ts'

const now = new Date('2024-02-29T10:00:00Z')

it.each([
  ['GitHub', github.headers, { limit: 5000, remaining: 4987, resetAt: '2024-02-29T11:00:00.000Z' }],
  ['Reddit', reddit.headers, { remaining: 594, resetAt: '2024-02-29T10:04:47.000Z' }],
  ['Mastodon', mastodon.headers, { limit: 300, remaining: 299, resetAt: '2024-02-29T10:35:00.000Z' }],
  ['the draft', { ratelimit: 'limit=100, remaining=50, reset=30' }, { limit: 100, remaining: 50 }],
  ['its newer form', { ratelimit: '"d";r=9;t=5', 'ratelimit-policy': '"d";q=10;w=60' }, { limit: 10, remaining: 9 }],
  ['a wait', { 'retry-after': '7' }, { retryAfterMs: 7000 }],
])('reads the limits of %s', (_, headers, seen) => {
  expect(rateSeen(headers, now)).toMatchObject(seen)
})

it('says nothing where the server does not', () => {
  expect(rateSeen({ 'content-type': 'application/json' }, now)).toBeUndefined()
})
