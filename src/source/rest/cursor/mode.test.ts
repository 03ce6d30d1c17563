import { describe, expect, it } from 'vitest'
import { dayMs } from '../../../system/duration.ts'
import { cursorConfig } from '../cursor.ts'
import { modeOf } from './mode.ts'

const now = new Date('2024-05-01T12:00:00Z')
const cursor = cursorConfig.parse({ field: 'at', start: '2015-01-01T00:00:00Z' })
const previous = { cursor: '2024-04-30T00:00:00Z', fullAt: '2024-04-20T12:00:00Z' }

describe('modeOf', () => {
  it('is incremental from the mark before', () => {
    expect(modeOf({ cursor, previous, now })).toEqual({
      mode: 'incremental',
      from: '2024-04-30T00:00:00Z',
      because: 'there is a mark of an earlier export',
    })
  })

  it('is full without a cursor, or a mark', () => {
    expect(modeOf({ now, previous })).toEqual({
      mode: 'full',
      from: undefined,
      because: 'every export of this stream is a full one',
    })
    const full = { mode: 'full', from: '2015-01-01T00:00:00Z', because: 'there is no mark of an earlier export' }
    expect(modeOf({ cursor, now })).toEqual(full)
    expect(modeOf({ cursor, now, previous: { fullAt: previous.fullAt } })).toEqual(full)
    expect(modeOf({ cursor: cursorConfig.parse({ field: 'at' }), now }).from).toBeUndefined()
  })

  it('is full when the mark is of another kind', () => {
    const number = cursorConfig.parse({ field: 'id', as: 'number', start: 0 })
    expect(modeOf({ cursor: number, previous, now })).toEqual({
      mode: 'full',
      from: '0',
      because: 'the earlier mark is none of as = "number"',
    })
  })

  it('is full when full_every has passed, or nobody knows', () => {
    const at = (fullEveryMs: number, fullAt: string | undefined = previous.fullAt) =>
      modeOf({ cursor, previous: { ...previous, fullAt }, fullEveryMs, now })
    expect(at(11 * dayMs + 1).mode).toBe('incremental')
    expect(at(11 * dayMs)).toMatchObject({ mode: 'full', because: 'the last full export is 11 days old' })
    expect(at(dayMs, '')).toMatchObject({ mode: 'full', because: 'no full export is known' })
    expect(at(dayMs, '2030-01-01T00:00:00Z')).toMatchObject({ mode: 'full' })
  })

  it('is full when the mark is older than what the server keeps', () => {
    expect(modeOf({ cursor, previous, retentionMs: 1.5 * dayMs, now }).mode).toBe('incremental')
    expect(modeOf({ cursor, previous, retentionMs: dayMs, now })).toEqual({
      mode: 'full',
      from: '2015-01-01T00:00:00Z',
      because: 'the earlier mark is 1 day old, and the server keeps 1 day',
    })
  })

  it('goes by the earlier export for the age of a mark that is no time', () => {
    const text = cursorConfig.parse({ field: 'id', as: 'text' })
    const mode = (at?: string) => modeOf({ cursor: text, previous: { cursor: 'x', at }, retentionMs: dayMs, now })
    expect(mode('2024-05-01T00:00:00Z')).toMatchObject({ mode: 'incremental', from: 'x' })
    expect(mode('2024-04-01T00:00:00Z').mode).toBe('full')
    expect(mode()).toMatchObject({ mode: 'full', because: 'the age of the earlier mark is not known' })
    expect(modeOf({ cursor: text, previous: { cursor: 'x' }, now }).mode).toBe('incremental')
  })

  it('is full when the mark lies in the future, because a clock was wrong', () => {
    const late = { ...previous, cursor: '2024-06-01' }
    expect(modeOf({ cursor, previous: late, now })).toMatchObject({
      mode: 'full',
      because: 'the earlier mark lies in the future',
    })
  })

  it('needs no mark where the stream stops at what is known, but an earlier export', () => {
    const at = '2024-04-30T12:00:00Z'
    const stops = { stops: true, now, fullEveryMs: 30 * 86_400_000 }
    expect(modeOf(stops)).toMatchObject({ mode: 'full', because: 'there is no earlier export' })
    expect(modeOf({ ...stops, previous: { at, fullAt: at } })).toMatchObject({ mode: 'incremental', from: undefined })
    const longAgo = { at, fullAt: '2023-01-01T00:00:00Z' }
    expect(modeOf({ ...stops, previous: longAgo })).toMatchObject({ mode: 'full' })
  })
})
