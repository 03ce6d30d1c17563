import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffMs, exportBackoff, parseBackoff } from './backoff.ts'

const failures = fc.integer({ min: 1, max: 2000 })
const random = fc.double({ min: 0, max: 1, noNaN: true })

it('waits 1, 2, 4 … 60 s, each shortened by up to half', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map((count) => backoffMs(count, 1))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ])
  expect([1, 2, 7].map((count) => backoffMs(count, 0))).toEqual([500, 1000, 30_000])
})

it('stays within its bounds, whatever chance says', () => {
  fc.assert(
    fc.property(failures, random, (count, chance) => {
      const waitMs = backoffMs(count, chance)
      const whole = Math.min(exportBackoff.longestMs, exportBackoff.firstMs * 2 ** (count - 1))
      expect(waitMs).toBeGreaterThanOrEqual(whole / 2)
      expect(waitMs).toBeLessThanOrEqual(whole)
    }),
  )
})

it('doubles until it reaches the longest wait', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      random,
      fc.integer({ min: 1, max: 10_000 }),
      (count, chance, first) => {
        const backoff = { firstMs: first * 2, longestMs: Infinity }
        const [once, twice] = [backoffMs(count, chance, backoff), backoffMs(count + 1, chance, backoff)]
        expect(Math.abs(twice - 2 * once)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

it('is written as its first and its longest wait', () => {
  expect(parseBackoff('1s..5m')).toEqual({ firstMs: 1000, longestMs: 300_000 })
  expect(parseBackoff(' 2 seconds .. 1 hour ')).toEqual({ firstMs: 2000, longestMs: 3_600_000 })
  expect(parseBackoff('10s')).toEqual({ firstMs: 10_000, longestMs: 10_000 })
})

it.each(['', '5m..1s', '1s..', '..1s', '1s..2s..3s', 'soon'])('refuses "%s"', (text) => {
  expect(() => parseBackoff(text)).toThrow(expect.objectContaining({ code: 'config' }) as Error)
})
