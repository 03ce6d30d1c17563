import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateStateOf, retryAfterMs, serverTimeOf, toldWaitMs } from './rate-headers.ts'

const now = new Date('2026-03-01T12:00:00Z')
const epoch = now.getTime() / 1000
const date = 'Sun, 01 Mar 2026 12:00:30 GMT'

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 1.5 ', 1500],
    [date, 30_000],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['Sun Mar  1 12:00:30 2026', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Sun, 99 Mar 2026', undefined],
    ['1e3', undefined],
  ])('%j is %j ms', (text, ms) => {
    expect(retryAfterMs({ 'retry-after': text }, now)).toBe(ms)
  })

  it('is held against the clock of the server, when that is told', () => {
    const headers = { 'retry-after': date, date: 'Sun, 01 Mar 2026 12:00:25 GMT' }
    expect(retryAfterMs(headers, new Date('2019-01-01T00:00:00Z'))).toBe(5000)
    expect(retryAfterMs({ ...headers, date: 'long ago' }, now)).toBe(30_000)
  })

  it('is never so long that a date cannot hold it', () => {
    fc.assert(
      fc.property(fc.string(), fc.bigInt({ min: 0n }), (text, count) => {
        for (const value of [text, `${count}`]) {
          const headers = {
            'retry-after': value,
            'x-ratelimit-reset': value,
            'x-ratelimit-remaining': value,
            date: value,
          }
          const ms = retryAfterMs(headers, now) ?? 0
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(new Date(now.getTime() + ms).getTime()).not.toBeNaN()
          expect(rateStateOf(headers, now).resetAt?.getTime()).not.toBeNaN()
        }
      }),
    )
  })
})

describe('what is left', () => {
  it.each([
    ['GitHub', { 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': `${epoch + 30}` }, 59, 30],
    ['ms since 1970', { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': `${(epoch + 30) * 1000}` }, 5, 30],
    ['Reddit', { 'x-ratelimit-remaining': '594.0', 'x-ratelimit-reset': '30' }, 594, 30],
    ['Mastodon', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '2026-03-01T12:00:30.000Z' }, 1, 30],
    ['a time without a zone', { 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': '2026-03-01 12:00:30' }, 1, 30],
    ['an HTTP date', { 'ratelimit-remaining': '1', 'ratelimit-reset': date }, 1, 30],
    ['a reset that is past', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${epoch - 60}` }, 0, 0],
    ['fractions', { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset-after': '30.5' }, 3, 30.5],
    ['the draft of 2023', { ratelimit: 'limit=100, remaining=50, reset=30' }, 50, 30],
    ['the draft of 2025', { ratelimit: '"default";r=50;t=30' }, 50, 30],
    ['several limits', { ratelimit: '"day";r=5;t=900, "burst";r=0;t=30, "other";r=0;t=10' }, 0, 30],
    ['no reset', { 'x-ratelimit-remaining': '7' }, 7, undefined],
    ['less than nothing', { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '-30' }, 0, undefined],
    [
      'nonsense',
      { 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': 'later', ratelimit: 'x' },
      undefined,
      undefined,
    ],
    ['nothing', {}, undefined, undefined],
  ])('%s', (_, headers, remaining, seconds) => {
    const state = rateStateOf(headers, now)
    expect(state.remaining).toBe(remaining)
    expect(state.resetAt?.getTime()).toBe(seconds === undefined ? undefined : now.getTime() + seconds * 1000)
  })

  it('tells the reset by our clock, though the server tells it by its own', () => {
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': `${epoch + 30}`,
      date: 'Sun, 01 Mar 2026 12:00:20 GMT',
    }
    const ours = new Date('2031-01-01T00:00:00Z')
    expect(rateStateOf(headers, ours).resetAt).toEqual(new Date('2031-01-01T00:00:10Z'))
  })
})

it('waits for a reset only when nothing is left', () => {
  const reset = { 'x-ratelimit-reset': '30' }
  expect(toldWaitMs({ ...reset, 'x-ratelimit-remaining': '0' }, now)).toBe(30_000)
  expect(toldWaitMs({ ...reset, 'x-ratelimit-remaining': '0.6' }, now)).toBe(30_000)
  expect(toldWaitMs(reset, now)).toBe(30_000)
  expect(toldWaitMs({ ...reset, 'x-ratelimit-remaining': '10' }, now)).toBeUndefined()
  expect(toldWaitMs({ ...reset, 'retry-after': '5' }, now)).toBe(5000)
})

it('reads the clock of the server', () => {
  expect(serverTimeOf({ date })).toEqual(new Date('2026-03-01T12:00:30Z'))
  expect(serverTimeOf({ date: '5' })).toBeUndefined()
})
