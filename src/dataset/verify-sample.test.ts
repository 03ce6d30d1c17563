import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, parcelsToVerify } from './verify-sample.ts'

const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}`
const candidate = (number: number, checked?: number, more: Partial<Candidate> = {}): Candidate => ({
  parcel: `${day(number)}T060000Z`,
  checkedAt: checked === undefined ? undefined : `${day(checked)}T06:00:00.000Z`,
  isDamaged: false,
  isGood: true,
  ...more,
})
const days = (chosen: readonly Candidate[]): number[] => chosen.map(({ parcel }) => Number(parcel.slice(8, 10)))

describe('what is verified', () => {
  it('is nothing where there is nothing, and the only one where there is one', () => {
    expect(parcelsToVerify([], 0.05)).toEqual([])
    expect(days(parcelsToVerify([candidate(1, 1)], 0.05))).toEqual([1])
  })

  it('is the newest good one, and of the others those whose check is longest ago, never before all', () => {
    const candidates = [candidate(1, 9), candidate(2, 2), candidate(3), candidate(4, 1), candidate(5, 5)]
    expect(days(parcelsToVerify(candidates, 0.05))).toEqual([5, 3])
    expect(days(parcelsToVerify(candidates, 0.6))).toEqual([5, 3, 4, 2])
  })

  it('is never only a newest one that is suspect', () => {
    expect(days(parcelsToVerify([candidate(1, 1), candidate(2, 2), candidate(3, 3, { isGood: false })], 0.05))).toEqual(
      [2, 1],
    )
  })

  it('is always what was damaged', () => {
    const candidates = [candidate(1, 1), candidate(2, 9, { isDamaged: true }), candidate(3, 3), candidate(4, 4)]
    expect(days(parcelsToVerify(candidates, 0.05))).toEqual([4, 2, 1])
  })

  it('is everything with the whole share, each once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ checked: fc.option(fc.nat(27), { nil: undefined }), bad: fc.boolean() })),
        (of) => {
          const candidates = of
            .slice(0, 27)
            .map(({ checked, bad }, index) => candidate(index + 1, checked, { isDamaged: bad, isGood: index % 3 > 0 }))
          const chosen = parcelsToVerify(candidates, 1)
          expect(days(chosen).sort((a, b) => a - b)).toEqual(days(candidates))
        },
      ),
    )
  })

  it('gets through all of them in as many times as the share says, while new ones come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0.05, 0.2, 0.5), (count, share) => {
        let now = 1000
        const time = (): string => new Date(now++ * 1000).toISOString()
        const candidates = Array.from({ length: count }, (_, index) => ({
          ...candidate(1),
          parcel: `p${String(index).padStart(4, '0')}`,
          checkedAt: time(),
        }))
        const started = time()
        for (let times = 0; times < Math.ceil(1 / share); times++) {
          for (const one of parcelsToVerify(candidates, share)) one.checkedAt = time()
          candidates.push({ ...candidate(1), parcel: `q${times}`, checkedAt: time() })
        }
        expect(candidates.filter(({ checkedAt }) => checkedAt < started)).toEqual([])
      }),
    )
  })
})
