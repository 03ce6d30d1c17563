import { describe, expect, it } from 'vitest'
import { newest } from '../../../test/simulator/view.ts'
import { accountHistory, series } from './account-history.fixture.ts'
import { type Point, judgeLast } from './baseline.ts'
import { type Sight, stillnessOf } from './stillness.ts'

const days = 182
const ups = (points: readonly Point[]): number => count(points, (part) => judgeLast(part.slice(-40)).isUnusual)
const stills = (sights: readonly Sight[]): number => count(sights, (part) => stillnessOf(part).isFrozen)

/** On how many days it is told, when each day is judged by what was known then. */
function count<T>(all: readonly T[], isTold: (part: T[]) => boolean): number {
  return all.filter((_, index) => isTold(all.slice(0, index + 1))).length
}

describe('sim', () => {
  it('series', () => {
    for (const [name, make] of Object.entries(series)) {
      let told = 0
      let seeds = 0
      for (let seed = 1; seed <= 30; seed++) {
        const n = ups(make(seed, days))
        told += n
        if (n > 0) seeds++
      }
      console.log(name, told, 'days of', 30 * days, 'in', seeds, 'of 30')
    }
  }, 600_000)
  it('accounts', () => {
    for (const [name, options] of Object.entries({
      usual: {},
      small: { createdPerDay: 1, bodyWords: 200 },
      slow: { createdPerDay: 0.2, editRate: 0.001, scoreRate: 0, deleteRate: 0, unsaveRate: 0, resaveRate: 0 },
      bursts: { burstShare: 0.5 },
    })) {
      for (const view of [undefined, newest(100)]) {
        let a = 0,
          b = 0,
          c = 0,
          d = 0
        for (let seed = 1; seed <= 4; seed++) {
          const h = accountHistory({ seed, ...options }, days, view)
          a += ups(h.bytes)
          b += ups(h.items)
          c += stills(h.hashes)
          d += stills(h.newest)
        }
        console.log(name, view?.name ?? 'full', a, b, c, d)
      }
    }
    expect(1).toBe(1)
  }, 600_000)
})
