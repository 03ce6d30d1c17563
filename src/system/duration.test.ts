import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../errors.ts'
import { dayMs, formatDuration, parseDuration, sayDuration } from './duration.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

describe('parseDuration', () => {
  it.each([
    ['1 week', 7 * dayMs],
    ['5 minutes 3 seconds', 5 * minuteMs + 3000],
    ['1 day, 2 hours', dayMs + 2 * hourMs],
    ['1w2d3h5m4s', 9 * dayMs + 3 * hourMs + 5 * minuteMs + 4000],
    ['1 week 2 days 3 hours 4 minutes 5 seconds', 9 * dayMs + 3 * hourMs + 4 * minuteMs + 5000],
    ['90m', 90 * minuteMs],
    ['  3 hrs ', 3 * hourMs],
    ['5 sec 2 wk', 14 * dayMs + 5000],
    ['1 day,', dayMs],
    ['0 days', 0],
  ])('reads "%s" as export_manager does', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    ['', 'nothing'],
    [' \t ', 'blanks'],
    ['every 3 hours', 'other words'],
    ['P1DT2H', 'ISO 8601'],
    ['3 minutes + 5 seconds', 'sums'],
    ['5', 'a number without a unit'],
    ['day', 'a unit without a number'],
    ['1.5 hours', 'fractions'],
    ['-1 day', 'signs'],
    ['1 Day', 'capitals'],
    ['1 month', 'units of no fixed length'],
    ['1 day,, 2 hours', 'two commas'],
    [', 1 day', 'a leading comma'],
    ['1 day 2 days', 'a unit that stands twice'],
    ['1m 2 minutes', 'a unit that stands twice under two names'],
    ['1 constructor', 'names of what every object has'],
    ['99999999999999999999 weeks', 'more than a date can hold'],
  ])('refuses "%s": %s', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ name: 'UnsiloError', code: 'config' }))
  })

  it('names the text, and shows how to write it', () => {
    expect(() => parseDuration('soon')).toThrow(
      expect.objectContaining({ message: '"soon" is not a duration', hint: expect.stringContaining('"1 day"') }),
    )
  })

  it('gives a number of whole seconds, or an UnsiloError, for any text', () => {
    const words = fc.constantFrom('1', '23', 'w', 'day', 'hours', 'm', 's', ' ', ',', '.', 'x', 'e5', '__proto__')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            const ms = parseDuration(text)
            expect(Number.isSafeInteger(ms) && ms >= 0 && ms % 1000 === 0).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(UnsiloError)
          }
        },
      ),
    )
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 seconds'],
    [999, '0 seconds'],
    [1000, '1 second'],
    [90 * minuteMs, '1 hour 30 minutes'],
    [30 * dayMs, '30 days'],
    [dayMs + 1000, '1 day 1 second'],
  ])('says %i ms as "%s"', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('names as many units as asked for', () => {
    expect(formatDuration(9 * dayMs + 3 * hourMs + 4 * minuteMs, 2)).toBe('9 days 3 hours')
  })

  it('is read back as the same duration', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000)
      }),
    )
  })
})

describe('sayDuration', () => {
  it.each([
    [0, 'less than a second'],
    [1000, '1 second'],
    [59_999, '59 seconds'],
    [hourMs, '1 hour'],
    [3.9 * dayMs, '3 days'],
  ])('says %i ms in one unit: "%s"', (ms, text) => {
    expect(sayDuration(ms)).toBe(text)
  })
})
