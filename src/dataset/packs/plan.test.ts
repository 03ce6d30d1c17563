import { describe, expect, it } from 'vitest'
import { parcelsToPack } from './plan.ts'

const day = 24 * 3_600_000
const candidates = ['2026-01-31T235959Z', '2026-02-01T000000Z', '2026-02-27T120000Z', '2026-03-01T000000Z'].map(
  (id) => ({
    id,
  }),
)
const choose = (now: string, wholeMonths: boolean, per: 'month' | 'year' = 'month') =>
  [...parcelsToPack(candidates, { afterMs: 30 * day, per }, new Date(now), wholeMonths).packs].map(([name, ids]) => [
    name,
    ids.length,
  ])

describe('what is packed', () => {
  it('is what is old enough, a pack a month', () => {
    expect(choose('2026-03-02T23:59:58Z', false)).toEqual([])
    expect(choose('2026-03-10T00:00:00Z', false)).toEqual([
      ['2026-01.pack.tar.zst', 1],
      ['2026-02.pack.tar.zst', 1],
    ])
  })

  it('is in a run only what is of a month all of which is old enough', () => {
    expect(choose('2026-03-30T00:00:00Z', true)).toEqual([['2026-01.pack.tar.zst', 1]])
    expect(choose('2026-03-31T00:00:00Z', true)).toEqual([
      ['2026-01.pack.tar.zst', 1],
      ['2026-02.pack.tar.zst', 2],
    ])
  })

  it('goes into one pack a year where that is asked for, month by month', () => {
    expect(choose('2026-03-30T00:00:00Z', true, 'year')).toEqual([['2026.pack.tar.zst', 1]])
    expect(choose('2026-12-31T00:00:00Z', true, 'year')).toEqual([['2026.pack.tar.zst', 4]])
  })

  it('is nothing that has a reason to stay, which is told once it is old enough', () => {
    const [first, ...rest] = candidates
    const choice = parcelsToPack(
      [{ ...first!, because: 'it is damaged' }, ...rest.map((one) => ({ ...one, because: 'it is new' }))],
      { afterMs: 30 * day, per: 'month' },
      new Date('2026-03-02T23:59:59Z'),
      false,
    )
    expect(choice).toEqual({ packs: new Map(), left: [{ id: first!.id, because: 'it is damaged' }] })
  })
})
