import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePlaces } from './places.ts'

describe('two lists of the newest items', () => {
  it.each([
    ['nothing in common', [-1, -1], { reach: 0, arrived: 2, risenFrom: 2 }],
    ['the same', [0, 1, 2], { reach: 2, arrived: 0, risenFrom: 3 }],
    ['two new, one pushed out', [-1, -1, 0, 1], { reach: 1, arrived: 2, risenFrom: 4 }],
    ['one taken out, one moved up', [0, 2, -1], { reach: 2, arrived: 0, risenFrom: 2 }],
    ['one taken out and added anew', [2, 0, 1], { reach: 1, arrived: 0, risenFrom: 3 }],
    ['one that may have been added anew', [-1, 2, -1], { reach: 0, arrived: 1, risenFrom: 3 }],
    ['the other order', [2, 1, 0], { reach: 0, arrived: 0, risenFrom: 3 }],
  ])('with %s', (_, places, expected) => expect(comparePlaces(places, 3)).toEqual(expected))

  it('need a twentieth of the earlier one in common', () => {
    expect(comparePlaces([5, 6, 7], 61).reach).toBe(0)
    expect(comparePlaces([5, 6, 7], 60).reach).toBe(7)
  })

  it('are taken for as much the same as can be, and of several ways for the one that says least', () => {
    const list = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { maxLength: 7 })
    fc.assert(
      fc.property(list, fc.array(fc.nat(7), { maxLength: 3 }), (common, fresh) => {
        const places = fresh.reduce<number[]>((all, at) => all.toSpliced(at, 0, -1), common)
        const runs = subsetsOf(common).filter((run) =>
          run.every((place, index) => index === 0 || run[index - 1]! < place),
        )
        const longest = Math.max(...runs.map((run) => run.length))
        const ends = runs.filter((run) => run.length === longest).map((run) => run.at(-1) ?? 0)
        const { reach } = comparePlaces(places, 8)
        expect(reach).toBe(longest < 2 ? 0 : Math.min(...ends))
      }),
    )
  })
})

function subsetsOf(list: readonly number[]): number[][] {
  return list.reduce<number[][]>((all, one) => [...all, ...all.map((subset) => [...subset, one])], [[]])
}
