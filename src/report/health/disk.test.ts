import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayMs } from '../../system/duration.ts'
import { diskWarnings, forecastDisk, growthMs, growthOf } from './disk.ts'

const now = new Date('2026-03-01T06:00:00Z')
const warningsFor = (...input: Parameters<typeof forecastDisk>) => diskWarnings(forecastDisk(...input), '/exports', now)

describe('the forecast of the disk', () => {
  it('says until when what comes fits, worse when that is soon', () => {
    expect(forecastDisk(100e9, [1e9, 3e9])).toEqual({ freeBytes: 100e9, growthPerDay: 4e9, fullInDays: 25 })
    expect(warningsFor(100e9, [1e9, 3e9])).toMatchObject([
      {
        cause: 'disk',
        health: 'full',
        severity: 'warning',
        message: 'the disk of /exports will be full by 2026-03-26: 100 GB are free, and 4.0 GB came each day of late',
      },
    ])
    expect(warningsFor(20e9, [4e9])).toMatchObject([{ severity: 'error' }])
    expect(warningsFor(1e9, [4e9])).toMatchObject([{ message: expect.stringContaining('by 2026-03-01') as string }])
    expect(warningsFor(120e9, [4e9])).toEqual([])
  })

  it('says nothing while nothing grows, and what the next export needs is there', () => {
    expect(warningsFor(0, [])).toEqual([])
    expect(warningsFor(10, [-5, 0])).toEqual([])
    expect(warningsFor(5e9, [0], { dataset: 'photos', bytes: 5e9 })).toEqual([])
    expect(warningsFor(4.9e9, [0], { dataset: 'photos', bytes: 5e9 })).toMatchObject([
      {
        severity: 'error',
        what: 'the disk is full',
        message: 'the disk of /exports is full: 4.9 GB are free, and the next export of photos takes about 5.0 GB',
      },
    ])
  })

  it('says that it is full when it is, and not that it will be', () => {
    const full = { what: 'the disk is full', message: 'the disk of /exports is full: 0 B are free' }
    expect(warningsFor(0, [4e9])).toMatchObject([{ severity: 'error', ...full }])
    expect(warningsFor(20e9, [4e9])[0]).not.toHaveProperty('what')
  })

  it('never takes less room for more', () => {
    fc.assert(
      fc.property(fc.nat(1e12), fc.nat(1e12), fc.integer({ min: 1, max: 1e10 }), (free, more, growth) => {
        const less = forecastDisk(free, [growth]).fullInDays!
        expect(forecastDisk(free + more, [growth]).fullInDays!).toBeGreaterThanOrEqual(less)
        expect(forecastDisk(free, [growth, growth]).fullInDays!).toBeLessThanOrEqual(less)
      }),
    )
  })
})

describe('what a dataset grows by in a day', () => {
  const kept = { isPruned: false, ageMs: 300 * dayMs }

  it('is what came, over the time that is looked at', () => {
    const days = growthMs / dayMs
    const sizes = Array.from({ length: days }, () => 1000)
    expect(growthOf({ ...kept, sizes, recent: days, all: 300 })).toBe(1000)
    // Of many, some stand for all.
    expect(growthOf({ ...kept, sizes: [1000, 1000], recent: days, all: 300 })).toBe(1000)
    expect(growthOf({ ...kept, sizes: [], recent: 0, all: 300 })).toBe(0)
  })

  it('is less than the first days bring', () => {
    expect(growthOf({ ...kept, ageMs: dayMs, sizes: [14_000], recent: 1, all: 1 })).toBe(1000)
  })

  it('is only what parcels become larger by where old ones go', () => {
    const pruned = { ageMs: 300 * dayMs, isPruned: true, recent: 30, all: 5 }
    expect(growthOf({ ...pruned, sizes: [1000, 1000] })).toBe(0)
    expect(growthOf({ ...pruned, sizes: [2000, 1000] })).toBe(0)
    expect(growthOf({ ...pruned, sizes: [1000, 1600] })).toBe(100)
  })
})
