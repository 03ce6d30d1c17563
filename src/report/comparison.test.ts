import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseMetrics, withRows } from '../metric/metrics-file.ts'
import { parcelIdAt, parcelTime } from '../parcel/id.ts'
import { type MetricComparison, compareMetrics } from './comparison.ts'

const dayMs = 86_400_000
const newest = Date.parse('2026-03-01T06:00:00Z')
const now = new Date(newest + 2.5 * dayMs)

/** Compares parcels that are so many days older than the newest; a negative one failed. */
function compare(...agesDays: number[]): MetricComparison | undefined {
  const rows = agesDays.map((age) => ({
    parcel_id: parcelIdAt(new Date(newest - Math.abs(age) * dayMs)),
    success: age < 0 || Object.is(age, -0) ? 'N' : 'Y',
    bytes: String(1000 - Math.abs(age)),
  }))
  return compareMetrics(withRows(parseMetrics('', 'x'), rows), now, () => false)
}

const ages = (comparison: MetricComparison | undefined): number[] | undefined =>
  comparison?.parcels.map(({ parcel }) => (newest - parcelTime(parcel).getTime()) / dayMs)

it('compares the newest success with the newest that are at least 7 and 180 days older', () => {
  expect(ages(compare(0, 1, 6.9, 7, 8, 100, 179.9, 180, 181, 400))).toEqual([0, 7, 180])
  expect(ages(compare(0, 6.9, 9, 300))).toEqual([0, 9, 300])
})

it('leaves out what there is not yet, and does not name one parcel twice', () => {
  expect(compare()).toBeUndefined()
  expect(compare(-1, -2)).toBeUndefined()
  expect(ages(compare(0))).toEqual([0])
  expect(ages(compare(0, 3))).toEqual([0])
  expect(ages(compare(0, 3, 30))).toEqual([0, 30])
  expect(ages(compare(0, 200, 300))).toEqual([0, 200])
})

it('passes over failures', () => {
  expect(ages(compare(-0, 1, -8, 9, -182, 190))).toEqual([1, 9, 190])
})

it('gives every metric, with its values in the order of the parcels, and ages in whole days', () => {
  const comparison = compare(0, 7, 180)!
  expect(comparison.parcels.map(({ ageDays }) => ageDays)).toEqual([2, 9, 182])
  expect(comparison.metrics).toEqual([
    { name: 'files', values: ['', '', ''] },
    { name: 'bytes', values: ['1000', '993', '820'] },
  ])
})

it('never compares with a younger one than it says, and never misses a younger one that is old enough', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 12 }), (days) => {
      const sorted = days.toSorted((a, b) => a - b)
      const [first] = sorted
      const expected = [0, 7, 180].map((least) => sorted.find((age) => age >= (first ?? 0) + least))
      expect(ages(compare(...days)) ?? []).toEqual([...new Set(expected.filter((age) => age !== undefined))])
    }),
  )
})
