import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMetrics } from '../../metric/metrics-file.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { metricSeries } from './series.ts'

const now = new Date('2026-03-31T12:00:00Z')
const hourMs = 3_600_000

function series(lines: readonly string[], isSuspect: (id: string) => boolean = () => false) {
  const text = ['parcel_id,success,files,bytes,tasks', ...lines].join('\r\n')
  return metricSeries(parseMetrics(text, 'metrics.csv'), now, isSuspect)
}

describe('the metrics over time', () => {
  it('are those of parcels that succeeded, and are not suspect', () => {
    const found = series(
      [
        '2026-03-01T060000Z,Y,1,100,7',
        '2026-03-02T060000Z,N,1,50,3',
        '2026-03-03T060000Z,Y,1,5,1',
        '2026-03-04T060000Z,Y,1,110,ERROR',
      ],
      (id) => id === '2026-03-03T060000Z',
    )
    expect(found.map(({ name, points }) => [name, points.map(({ value }) => value)])).toEqual([
      ['files', [1, 1]],
      ['bytes', [100, 110]],
      ['tasks', [7]],
    ])
  })

  it('leave out what is older than the comparison goes, and what is ahead of the clock', () => {
    const found = series(['2025-03-01T060000Z,Y,1,1,', '2026-03-01T060000Z,Y,1,2,', '2026-04-02T060000Z,Y,1,3,'])
    expect(found[1]!.points.map(({ value }) => value)).toEqual([2])
  })

  it('keep both ends and the extremes of thousands of values, in order of time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 800 }), (values) => {
        const lines = values.map((value, index) => {
          const at = new Date(now.getTime() - (values.length - index) * 5 * hourMs)
          return `${parcelIdAt(at)},Y,1,${value},`
        })
        const [, bytes] = series(lines)
        expect(bytes!.values).toBe(values.length)
        expect(bytes!.points.length).toBeLessThanOrEqual(48)
        expect(bytes!.points[0]!.value).toBe(values[0])
        expect(bytes!.points.at(-1)!.value).toBe(values.at(-1))
        const kept = bytes!.points.map(({ value }) => value)
        expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...values), Math.max(...values)])
        const times = bytes!.points.map(({ at }) => at)
        expect(times).toEqual([...times].sort((a, b) => a - b))
      }),
    )
  })
})
