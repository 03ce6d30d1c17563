import { describe, expect, it } from 'vitest'
import { newest } from '../../../test/simulator/view.ts'
import { type Series, accountHistory, series } from './account-history.fixture.ts'
import { type Point, judgeLast } from './baseline.ts'
import { type Sight, stillnessOf } from './stillness.ts'

const days = 182
const unusualDays = (points: readonly Point[]): number =>
  daysTold(points, (known) => judgeLast(known.slice(-40)).isUnusual)
const frozenDays = (sights: readonly Sight[]): number => daysTold(sights, (known) => stillnessOf(known).isFrozen)

/** On how many days something is told, when each day is judged by what is known then. */
function daysTold<T>(all: readonly T[], isTold: (known: T[]) => boolean): number {
  return all.filter((_, index) => isTold(all.slice(0, index + 1))).length
}

describe('half a year in which nothing is wrong', () => {
  it.each([
    ['an account', { createdPerDay: 4, scoreRate: 0.005 }],
    ['one that is hardly used', { createdPerDay: 0.2, editRate: 0.001, scoreRate: 0, deleteRate: 0, unsaveRate: 0 }],
    ['one in which things come in bursts', { createdPerDay: 3, burstShare: 0.5, scoreRate: 0.002 }],
  ])(
    'raises no alarm: %s',
    (_, options) => {
      for (const view of [undefined, newest(100)]) {
        const {
          bytes,
          items,
          hashes,
          newest: times,
        } = accountHistory({ seed: 7, bodyWords: 5, ...options }, days, view)
        expect([unusualDays(bytes), unusualDays(items), frozenDays(hashes), frozenDays(times)]).toEqual([0, 0, 0, 0])
      }
    },
    120_000,
  )

  it('raises few alarms where numbers leap: less than one in a thousand days', () => {
    const seeds = Array.from({ length: 10 }, (_, index) => index + 1)
    const told = Object.entries(series).map(([name, make]: [string, Series]) => ({
      name,
      days: seeds.reduce((sum, seed) => sum + unusualDays(make(seed, days)), 0),
    }))
    const total = told.reduce((sum, one) => sum + one.days, 0)
    expect(total / (seeds.length * days * told.length), JSON.stringify(told)).toBeLessThan(0.001)
  })

  it('is told of at once when half of it is missing', () => {
    const { items } = accountHistory({ seed: 7, bodyWords: 5 }, 60)
    const last = items.at(-1)!
    expect(judgeLast(items).isUnusual).toBe(false)
    expect(judgeLast([...items.slice(0, -1), { ...last, value: last.value / 2 }]).isUnusual).toBe(true)
  })
})
