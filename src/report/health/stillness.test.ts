import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parcelIdAt } from '../../parcel/id.ts'
import { dayMs } from '../../system/duration.ts'
import { type Sight, stillnessOf } from './stillness.ts'

const on = (day: number): string => parcelIdAt(new Date(day * dayMs))
/** One a day. */
const daily = (shown: readonly string[]): Sight[] => shown.map((one, day) => ({ parcel: on(day), shown: one }))
const changing = Array.from({ length: 30 }, (_, day) => `v${day}`)
const still = (count: number): string[] => Array.from({ length: count }, () => 'still')

describe('what used to change', () => {
  it('is frozen once it has been the same for far longer than ever', () => {
    expect(stillnessOf(daily([...changing, ...still(6)])).isFrozen).toBe(false)
    expect(stillnessOf(daily([...changing, ...still(7)]))).toMatchObject({
      isFrozen: true,
      changes: 30,
      times: 7,
      since: 30 * dayMs,
      stillMs: 6 * dayMs,
      longestMs: dayMs,
      limitMs: 5 * dayMs,
    })
  })

  it('gets the longer, the longer it has stood still before', () => {
    const weekly = Array.from({ length: 84 }, (_, day) => `w${Math.floor(day / 7)}`)
    expect(stillnessOf(daily([...weekly, ...still(28)])).isFrozen).toBe(false)
    expect(stillnessOf(daily([...weekly, ...still(31)])).isFrozen).toBe(true)
  })

  it('has to have changed often enough: what is always the same, or nearly so, is never frozen', () => {
    expect(stillnessOf(daily(still(400))).isFrozen).toBe(false)
    expect(stillnessOf(daily([...changing.slice(0, 5), ...still(300)])).isFrozen).toBe(false)
  })

  it('is frozen no more when it moves, and once frozen stays so until then', () => {
    const shown = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(shown, fc.integer({ min: 0, max: 80 }), (some, count) => {
        const sights = daily([...changing, ...some])
        const same = Array.from({ length: count }, (_, day) => ({
          parcel: on(90 + day),
          shown: sights.at(-1)!.shown,
        }))
        const verdicts = same.map((_, index) => stillnessOf([...sights, ...same.slice(0, index)]).isFrozen)
        // From false to true at most once.
        expect(verdicts).toEqual(verdicts.toSorted((a, b) => Number(a) - Number(b)))
        const moved = [...sights, ...same, { parcel: on(200), shown: 'other' }]
        expect(stillnessOf(moved).isFrozen).toBe(false)
      }),
    )
  })
})
