import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { mostParts, partSize } from './part-size.ts'

it('is what was asked for, up to 10,000 parts', () => {
  expect(partSize(16e6, 0)).toBe(16e6)
  expect(partSize(16e6, 160e9)).toBe(16e6)
  expect(partSize(16e6, 1e12)).toBe(100e6)
})

it('always is enough', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5 * 2 ** 20, max: 2 ** 31 }),
      fc.integer({ min: 0, max: 50 * 2 ** 40 }),
      (asked, bytes) => {
        const size = partSize(asked, bytes)
        expect(size).toBeGreaterThanOrEqual(asked)
        expect(Math.ceil(bytes / size)).toBeLessThanOrEqual(mostParts)
      },
    ),
  )
})
