import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs } from '../../system/duration.ts'
import { type Point, judgeLast, learnedFrom } from './baseline.ts'

const daily = (values: readonly number[]): Point[] => values.map((value, day) => ({ time: day * dayMs, value }))
const same = (count: number, value = 1000): number[] => Array.from({ length: count }, () => value)
const isUnusual = (values: readonly number[]): boolean => judgeLast(daily(values)).isUnusual

describe('a number of the newest parcel', () => {
  it('is not judged before enough parcels are there', () => {
    expect(judgeLast(daily([...same(learnedFrom.least - 1), 1]))).toMatchObject({ isLearning: true, isUnusual: false })
    expect(judgeLast(daily([...same(learnedFrom.least), 1]))).toMatchObject({ isLearning: false, isUnusual: true })
  })

  it('is unusual when it falls or leaps, and the numbers are told', () => {
    expect(isUnusual([...same(20), 700])).toBe(true)
    expect(isUnusual([...same(20), 0])).toBe(true)
    expect(isUnusual([...same(20), 3100])).toBe(true)
    const noisy = Array.from({ length: 20 }, (_, day) => 1000 + (day % 5) * 10)
    expect(judgeLast(daily([...noisy, 1020]))).toMatchObject({ count: 20, isUnusual: false })
  })

  it('may change a little where it was always the same', () => {
    expect(isUnusual([...same(20), 990])).toBe(false)
    expect(isUnusual([...same(20, 3), 5])).toBe(false)
    expect(isUnusual([...same(20, 0), 2])).toBe(true)
  })

  it('may grow, or shrink, as it always did', () => {
    const growing = Array.from({ length: 21 }, (_, day) => 1000 + day * 100)
    expect(isUnusual(growing)).toBe(false)
    expect(isUnusual(growing.toReversed())).toBe(false)
    // It stands still: no more than a doubt.
    expect(isUnusual([...growing, 1000])).toBe(true)
  })

  it('may be what it was twice before, as on each weekend', () => {
    const weeks = Array.from({ length: 20 }, (_, day) => (day % 7 < 5 ? 1000 : 400))
    expect(isUnusual([...weeks, 400])).toBe(false)
    expect(isUnusual([...weeks, 1000])).toBe(false)
    expect(isUnusual([...weeks, 100])).toBe(true)
  })

  it('that has fallen and stays down is told until it is what is usual', () => {
    const told = Array.from({ length: 20 }, (_, index) => isUnusual([...same(20), ...same(index + 1, 600)]))
    expect(told.slice(0, 7)).not.toContain(false)
    expect(told.slice(12)).not.toContain(true)
  })

  it('does not flap when it goes to and fro at the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.8, max: 1.2, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (steps) => {
          // 15 % below what was always the same is the limit.
          const values = [...same(20)]
          const verdicts = steps.map((step) => {
            values.push(1000 - 150 * step)
            return isUnusual(values)
          })
          const changes = verdicts.filter((verdict, index) => index > 0 && verdict !== verdicts[index - 1]).length
          expect(changes).toBeLessThanOrEqual(2)
        },
      ),
    )
  })

  it('says the same of numbers that are all larger by a factor, apart from small counts', () => {
    const values = fc.array(fc.integer({ min: 10_000, max: 20_000 }), { minLength: 10, maxLength: 30 })
    fc.assert(
      fc.property(values, fc.constantFrom(100, 10_000), (some, factor) => {
        const [one, other] = [judgeLast(daily(some)), judgeLast(daily(some.map((value) => value * factor)))]
        expect(other.usual).toBeCloseTo(one.usual * factor, 0)
        expect(other.isUnusual || !one.isUnusual).toBe(true)
      }),
    )
  })
})
