import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { cursorConfig } from '../cursor.ts'
import { createHighWater } from './high-water.ts'
import { type MarkKind, compareMarks, readMark } from './mark.ts'

const capText = '2024-05-01T12:00:00.500Z'
const cap = Date.parse(capText)

function markOf(
  config: Partial<z.input<typeof cursorConfig>>,
  values: unknown[],
  previous?: string,
): string | undefined {
  const highWater = createHighWater(cursorConfig.parse({ field: 'at', ...config }), previous)
  for (const at of values) highWater.see({ at })
  return highWater.result(cap)
}

describe('the mark of times', () => {
  it('is the largest, as the server writes it', () => {
    expect(markOf({}, ['2024-04-01T00:00:00Z', '2024-04-01T01:30:00+01:00', '2024-03-31T23:59:59.999Z'])).toBe(
      '2024-04-01T01:30:00+01:00',
    )
    expect(markOf({}, ['2024-04-30', '2024-04-29'])).toBe('2024-04-30')
    expect(markOf({ as: 'epoch' }, [1714000000, 1714000000.25, '1714000000.125'])).toBe('1714000000.25')
    expect(markOf({ as: 'epoch-ms' }, [1714000000123, '1714000000124'])).toBe('1714000000124')
  })

  it('lies at the start of the run at most, less the overlap', () => {
    expect(markOf({}, ['2024-05-01T12:00:01Z'])).toBe('2024-05-01T12:00:00Z')
    expect(markOf({}, ['2024-05-01T12:00:00.5001Z'])).toBe('2024-05-01T12:00:00.500Z')
    expect(markOf({}, ['2024-05-01T14:00:00.5000+02:00'])).toBe('2024-05-01T14:00:00.5000+02:00')
    expect(markOf({ overlap: '10m' }, ['2024-05-01T11:59:00Z'])).toBe('2024-05-01T11:50:00Z')
    expect(markOf({ overlap: '10m' }, ['2024-05-01T11:49:00Z'])).toBe('2024-05-01T11:49:00Z')
    expect(markOf({ overlap: '1 day' }, ['2024-05-01'])).toBe('2024-04-30')
    expect(markOf({ as: 'epoch' }, [cap / 1000 + 7.25])).toBe(String(Math.floor(cap / 1000)))
    expect(markOf({ as: 'epoch-ms', overlap: '1s' }, [cap])).toBe(String(cap - 1000))
  })

  it('passes over null, missing and unreadable values, and counts the last', () => {
    expect(markOf({}, [null, undefined])).toBeUndefined()
    const highWater = createHighWater(cursorConfig.parse({ field: 'at' }))
    for (const at of [null, '0000-00-00 00:00:00', 1714000000, '2024-01-01', undefined, '', {}]) highWater.see({ at })
    highWater.see('no record')
    expect(highWater.result(cap)).toBe('2024-01-01')
    expect(highWater.unreadable).toBe(4)
  })

  it('never goes back behind the mark before, unless that lies too late', () => {
    expect(markOf({}, ['2024-01-01T00:00:00Z'], '2024-02-01T00:00:00Z')).toBe('2024-02-01T00:00:00Z')
    expect(markOf({}, [], '2024-02-01T00:00:00Z')).toBe('2024-02-01T00:00:00Z')
    expect(markOf({}, [], '2031-01-01T00:00:00Z')).toBe('2024-05-01T12:00:00Z')
    expect(markOf({}, ['2024-01-01T00:00:00Z'], 'not a time')).toBe('2024-01-01T00:00:00Z')
  })

  it('is never after the start of the run less the overlap, nor before what the previous mark allows', () => {
    const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    const times = fc.array(
      fc.oneof(
        date.map((at) => at.toISOString()),
        date.map((at) => at.toISOString().slice(0, 10)),
      ),
    )
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 5000 }), fc.option(date), (values, seconds, before) => {
        const mark = markOf({ overlap: `${seconds}s` }, values, before?.toISOString())
        const known = [...values, ...(before === null ? [] : [before.toISOString()])].map((text) => Date.parse(text))
        expect(mark === undefined).toBe(known.length === 0)
        if (mark === undefined) return
        const wanted = Math.min(Math.max(...known), cap - seconds * 1000)
        expect(Date.parse(mark)).toBeLessThanOrEqual(wanted)
        expect(Date.parse(mark)).toBeGreaterThan(wanted - 86_400_000)
      }),
    )
  })
})

describe('the mark of numbers and texts', () => {
  it('is the largest, without a limit', () => {
    expect(markOf({ as: 'number' }, [9, '10', 7.5, 'x', null])).toBe('10')
    expect(markOf({ as: 'number' }, ['9007199254740993', '9007199254740992'])).toBe('9007199254740993')
    expect(markOf({ as: 'text' }, ['b', 'a', '10', ''])).toBe('b')
    expect(markOf({ as: 'number' }, [3], '10')).toBe('10')
  })

  it('is not above what JSON.parse may have rounded', () => {
    const { at } = JSON.parse('{"at": 9007199254740993}') as { at: number }
    expect(markOf({ as: 'number' }, [at])).toBe('9007199254740990')
  })
})

it('reads what it writes', () => {
  const kinds = fc.constantFrom<MarkKind>('epoch', 'epoch-ms', 'number')
  fc.assert(
    fc.property(kinds, fc.double({ noNaN: true, noDefaultInfinity: true }), (kind, value) => {
      const mark = readMark(kind, value)!
      expect(compareMarks(readMark(kind, mark.text)!, mark)).toBe(0)
    }),
  )
})
