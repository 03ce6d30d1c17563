import { describe, expect, it } from 'vitest'
import { readTime } from './read-time.ts'

describe('readTime', () => {
  it.each([
    ['2026-03-01T18:00Z', '2026-03-01T18:00:00.000Z'],
    ['2026-03-01T18:00+02:00', '2026-03-01T16:00:00.000Z'],
    ['2026-03-01 18:00', '2026-03-01T18:00:00.000Z'],
    ['2026-03-01T180000Z', '2026-03-01T18:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ])('takes %s', (text, time) => expect(readTime(text, 'start').toISOString()).toBe(time))

  it('takes a day to its end where that is meant', () => {
    expect(readTime('2026-03-01', 'end').toISOString()).toBe('2026-03-01T23:59:59.999Z')
  })

  it.each(['', 'yesterday', '2026-13-01', '18:00'])('refuses "%s"', (text) => {
    expect(() => readTime(text, 'start')).toThrow('is no time')
  })
})
