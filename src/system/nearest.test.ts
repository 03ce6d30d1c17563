import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { editDistance, nearestWord } from './nearest.ts'

const keys = ['interval', 'schedule', 'timezone', 'max_age', 'keep', 'retries', 'timeout', 'silence', 'git', 'cmd']

it.each([
  ['intervall', 'interval'],
  ['inetrval', 'interval'],
  ['max-age', 'max_age'],
  ['maxAge', 'max_age'],
  ['Git', 'git'],
  ['gti', 'git'],
  ['retry', undefined],
  ['command', undefined],
  ['x', undefined],
  ['', undefined],
])('takes %s for %s', (written, meant) => {
  expect(nearestWord(written, keys)).toBe(meant)
})

it('counts one for two letters that changed places', () => {
  expect(editDistance('keep', 'kepe')).toBe(1)
  expect(editDistance('abc', 'ca')).toBe(3)
})

it('measures the same distance both ways, and none only between equal words', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const distance = editDistance(a, b)
      expect(distance).toBe(editDistance(b, a))
      expect(distance === 0).toBe(a === b)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})
