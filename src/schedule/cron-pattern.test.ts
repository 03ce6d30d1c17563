import { Cron } from 'croner'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCronPattern } from './cron-pattern.ts'
import { nextOccurrence } from './cron.ts'

describe('checkCronPattern', () => {
  it.each([
    '0 3 * * *',
    ' */5   * * * * ',
    '30 2,14 * * MON-FRI',
    '0 0 1-15/2 jan,JUL *',
    '0 0 L * *',
    '0 9 * * FRI#2',
    '0 9 * * 5L',
    '0 9 * * FRI-SUN',
    '0 0 29 2 *',
    '0 0 31 4 MON',
    '@daily',
    '@Weekly',
  ])('passes "%s"', (pattern) => {
    expect(() => checkCronPattern(pattern)).not.toThrow()
  })

  it.each([
    ['', 'it has 0 fields, not 5'],
    ['daily', 'it has 1 field, not 5'],
    ['0 0 3 * * *', 'it has 6 fields, not 5'],
    ['60 * * * *', 'minute 60 is not between 0 and 59'],
    ['0 24 * * *', 'hour 24 is not between 0 and 23'],
    ['0 0 0 * *', 'day of month 0 is not between 1 and 31'],
    ['0 0 * 13 *', 'month 13 is not between 1 and 12'],
    ['0 0 * * 8', 'day of week 8 is not between 0 and 7'],
    ['0 0 * * FUN', '"fun" is not a valid day of week'],
    ['0 0 * * FUN#2', '"fun#2" is not a valid day of week'],
    ['0 0 * MON *', '"mon" is not a valid month'],
    ['0 h * * *', '"h" is not a valid hour'],
    ['0,,5 * * * *', '"" is not a valid minute'],
    ['1.5 * * * *', '"1.5" is not a valid minute'],
    ['0 20-4 * * *', '"20-4" runs backwards; write it as two ranges with a comma'],
    ['5/15 * * * *', '"5/15" has a step but no range; write "5-59/15"'],
    ['*/0 * * * *', 'the step of "*/0" is not between 1 and 60'],
    ['0 */25 * * *', 'the step of "*/25" is not between 1 and 24'],
    ['0 0 30 2 *', 'day 30 is in none of its months'],
    ['0 0 31 4,6,9,11 *', 'day 31 is in none of its months'],
    ['@reboot', 'the names are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually'],
  ])('refuses "%s": %s', (pattern, why) => {
    expect(() => checkCronPattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'UnsiloError',
        code: 'config',
        message: `"${pattern}" is not a schedule: ${why}`,
        hint: expect.stringContaining('five fields'),
      }),
    )
  })

  const number = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 61 })).map(String)
  const value = fc.oneof(
    { arbitrary: number, weight: 6 },
    fc.constantFrom('MON', 'sun', 'JAN', 'dec', 'L', '5L', 'FRI#2', '0#6', 'W', '15W', '', '?', 'lw'),
  )
  const base = fc.oneof(
    fc.constant('*'),
    value,
    fc.tuple(value, value).map((ends) => ends.join('-')),
  )
  const item = fc.oneof(
    base,
    fc.tuple(base, number).map((parts) => parts.join('/')),
  )
  const field = fc.oneof(
    fc.constant('*'),
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')),
  )
  const pattern = fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(' '))
  const now = new Date('2026-03-29T00:59:59Z')

  it('passes nothing that croner does not understand, and nothing that never comes round', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        fc.pre(passes(text))
        expect(nextOccurrence(text, 'Europe/Berlin', now)).toBeInstanceOf(Date)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses nothing that crontab and croner understand', () => {
    const plain = fc.array(fc.constantFrom('*', '1', '2,4', '1-5', '*/2', '1-6/3'), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(plain, (fields) => {
        expect(() => new Cron(fields.join(' '), { paused: true })).not.toThrow()
        expect(passes(fields.join(' '))).toBe(true)
      }),
    )
  })
})

function passes(pattern: string): boolean {
  try {
    checkCronPattern(pattern)
    return true
  } catch {
    return false
  }
}
