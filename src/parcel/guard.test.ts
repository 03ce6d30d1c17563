import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type GuardLimits, doubts, guardConfig, recordDoubts } from './guard.ts'

function limits(guard: z.input<typeof guardConfig> = {}): GuardLimits {
  return guardConfig.parse(guard)
}

function recent(...bytes: number[]): { bytes: number }[] {
  return bytes.map((bytes) => ({ bytes }))
}

const sevenOfTen = recent(9000, 9500, 10_000, 10_000, 10_500, 11_000, 500)

describe('doubts', () => {
  it('are none about a parcel like those before it', () => {
    expect(doubts({ bytes: 9800, files: 1 }, sevenOfTen, limits())).toEqual([])
  })

  it('name the shrink with its figures', () => {
    expect(doubts({ bytes: 1200, files: 1 }, sevenOfTen, limits())).toEqual([
      '1.2 kB is 88 % less than the median of the last 7 good parcels (10 kB); max_shrink allows 50 %',
    ])
  })

  it('allow just as much as max_shrink', () => {
    const five = recent(1000, 1000, 1000, 1000, 1000)
    expect(doubts({ bytes: 500, files: 1 }, five, limits())).toEqual([])
    expect(doubts({ bytes: 499, files: 1 }, five, limits())).toHaveLength(1)
    expect(doubts({ bytes: 875, files: 1 }, five, limits({ max_shrink: '12.5%' }))).toEqual([])
    expect(doubts({ bytes: 999, files: 1 }, five, limits({ max_shrink: '0%' }))).toHaveLength(1)
  })

  it('begin with the fifth good parcel before it', () => {
    expect(doubts({ bytes: 0, files: 0 }, recent(1000, 1000, 1000, 1000), limits())).toEqual([])
    expect(doubts({ bytes: 0, files: 0 }, recent(1000, 1000, 1000, 1000, 1000), limits())).toHaveLength(1)
  })

  it('look back ten parcels at most', () => {
    const grown = recent(...Array<number>(20).fill(1), ...Array<number>(10).fill(1000))
    expect(doubts({ bytes: 10, files: 1 }, grown, limits())).toEqual([
      expect.stringContaining('the last 10 good parcels'),
    ])
  })

  it.each(['off', '100%', ' 100 % '])('are none about any shrink with max_shrink = "%s"', (max_shrink) => {
    expect(doubts({ bytes: 0, files: 0 }, sevenOfTen, limits({ max_shrink }))).toEqual([])
  })

  it('name what is below min_bytes and min_files', () => {
    const guard = limits({ min_bytes: '10 kB', min_files: 3 })
    expect(doubts({ bytes: 1200, files: 1 }, [], guard)).toEqual([
      '1.2 kB is less than the 10 kB that min_bytes asks for',
      '1 file is fewer than the 3 that min_files asks for',
    ])
    expect(doubts({ bytes: 10_000, files: 3 }, [], guard)).toEqual([])
  })

  it('are never about growth, and never fewer for a smaller parcel', () => {
    const sizes = fc.array(fc.nat({ max: 1e9 }), { maxLength: 15 })
    const guard = limits({ min_bytes: 1000 })
    fc.assert(
      fc.property(sizes, fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), (sizes, a, b) => {
        const [smaller, larger] = [Math.min(a, b), Math.max(a, b)]
        const about = (bytes: number) => doubts({ bytes, files: 1 }, recent(...sizes), guard).length
        expect(about(smaller)).toBeGreaterThanOrEqual(about(larger))
        expect(about(Math.max(1000, ...sizes))).toBe(0)
      }),
    )
  })
})

describe('guardConfig', () => {
  it('allows a shrink by half unless told otherwise', () => {
    expect(limits()).toEqual({ max_shrink: 0.5 })
  })

  it('reads sizes, percentages and extensions', () => {
    expect(limits({ min_bytes: 300, min_files: 0, max_shrink: '12.5 %', require: 'JSON' })).toEqual({
      min_bytes: 300,
      min_files: 0,
      max_shrink: 0.125,
      require: 'json',
    })
  })

  it.each([
    { max_shrink: '50' },
    { max_shrink: '101%' },
    { max_shrink: '-5%' },
    { max_shrink: 50 },
    { min_bytes: 'much' },
    { min_bytes: -1 },
    { min_files: 1.5 },
    { require: '.json' },
    { require: '' },
    { max_bytes: 5 },
  ])('refuses %j', (guard) => {
    expect(guardConfig.safeParse(guard).success).toBe(false)
  })

  it('can be described to editors', () => {
    expect(z.toJSONSchema(guardConfig, { io: 'input' })).toHaveProperty('properties.max_shrink.default', '50%')
  })
})

describe('doubts about records', () => {
  const counts = (...of: number[]) => of.map((notes) => ({ records: { notes } }))

  it('are raised as soon as a stream that had records has none', () => {
    expect(recordDoubts({ notes: 0, forms: 0 }, counts(30), limits())).toEqual([
      'notes has no records, and had 30 in the last good parcel',
    ])
    expect(recordDoubts({ notes: 0 }, counts(30, 0), limits())).toEqual([])
    expect(recordDoubts({ notes: 0 }, [{}], limits())).toEqual([])
  })

  it('are raised about a shrink, once there are five to measure it against', () => {
    expect(recordDoubts({ notes: 10 }, counts(30, 30, 30, 30), limits())).toEqual([])
    expect(recordDoubts({ notes: 10 }, counts(30, 30, 30, 30, 30), limits())).toEqual([
      'notes has 10 records, 66.7 % less than the median of the last 5 (30); max_shrink allows 50 %',
    ])
    expect(recordDoubts({ notes: 10 }, counts(30, 30, 30, 30, 30), limits({ max_shrink: '80%' }))).toEqual([])
  })

  it('are none where a parcel may shrink as it likes', () => {
    expect(recordDoubts({ notes: 0 }, counts(30), limits({ max_shrink: 'off' }))).toEqual([])
  })
})
