import { expect, it } from 'vitest'
import { limitsConfig, retryConfig } from './limits.ts'

it('has limits that suit most servers', () => {
  expect(limitsConfig.parse({})).toEqual({
    parallel: 1,
    reserve: 0,
    max_wait: 900_000,
    give_up_after: 5,
    timeout: 60_000,
  })
  expect(retryConfig.parse({})).toEqual({ tries: 5, backoff: { firstMs: 1000, longestMs: 300_000 } })
})

it.each([
  ['60/min', 1000],
  ['2/s', 500],
  ['0.5 / second', 2000],
  ['3600/h', 1000],
  ['1/day', 86_400_000],
])('reads the rate %s as the time between two requests', (rate, ms) => {
  expect(limitsConfig.parse({ rate }).rate).toBe(ms)
})

it.each([
  { rate: '45' },
  { rate: '0/min' },
  { rate: '5/week' },
  { rate: '-1/s' },
  { timeout: '0s' },
  { timeout: '30d' },
])('refuses %j', (limits) => {
  expect(limitsConfig.safeParse(limits).success).toBe(false)
})
