import { describe, expect, it } from 'vitest'
import { pathsOf } from '../view.fixture.ts'
import { isFull, provesAbsence } from './window.ts'

const window = (newest: number) => ({ newest, by: pathsOf('at')[0]! })

describe('a list of the newest items', () => {
  it.each([
    [1000, 1000, true],
    [1001, 1000, true],
    [960, 1000, true],
    [950, 1000, true],
    [949, 1000, false],
    [0, 1000, false],
    [19, 20, true],
    [18, 20, false],
    // Of so few, one that is missing is told.
    [18, 19, false],
    [2, 3, false],
  ])('with %d of %d may be cut off: %j', (shown, newest, expected) => {
    expect(isFull(shown, window(newest))).toBe(expected)
  })

  it('is never cut off where a parcel shows all', () => expect(isFull(1e9, 'all')).toBe(false))

  it('that is cut off says nothing of items at its end, below it and without a place in it', () => {
    const bounds = { low: 5, high: 9 }
    expect([4, 5, 6, undefined, '2026-01-01'].map((order) => provesAbsence(true, bounds, order))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ])
    expect(provesAbsence(true, undefined, 6)).toBe(false)
    expect(provesAbsence(false, undefined, 6)).toBe(true)
  })
})
