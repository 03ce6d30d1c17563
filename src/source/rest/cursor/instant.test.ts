import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimals, secondsToMs } from './decimal.ts'
import { parseInstant, writeInstantLike } from './instant.ts'

const iso = (text: string): string => new Date(secondsToMs(parseInstant(text)!)).toISOString()

describe('parseInstant', () => {
  it.each([
    ['2024-05-01T10:20:30Z', '2024-05-01T10:20:30.000Z'],
    ['2024-05-01t10:20:30z', '2024-05-01T10:20:30.000Z'],
    ['2024-05-01T10:20:30.5+02:00', '2024-05-01T08:20:30.500Z'],
    ['2024-05-01T10:20:30,123456789-0330', '2024-05-01T13:50:30.123Z'],
    ['2024-05-01 10:20:30 +00', '2024-05-01T10:20:30.000Z'],
    ['2024-05-01 10:20:30 UTC', '2024-05-01T10:20:30.000Z'],
    ['2024-05-01T10:20', '2024-05-01T10:20:00.000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => expect(iso(text)).toBe(expected))

  it.each(['', 'now', '2024', '2024-05', '2023-02-29', '2024-13-01', '0000-00-00 00:00:00', '2024-05-01T24:00:00Z'])(
    'does not read "%s"',
    (text) => expect(parseInstant(text)).toBeUndefined(),
  )

  it('reads what Date writes', () => {
    const dates = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        expect(iso(date.toISOString())).toBe(date.toISOString())
      }),
    )
  })

  it('tells times apart however many digits they have', () => {
    const order = (a: string, b: string) => compareDecimals(parseInstant(a)!, parseInstant(b)!)
    expect(order('2024-05-01T00:00:00.1234567891Z', '2024-05-01T00:00:00.123456789Z')).toBe(1)
    expect(order('2024-05-01T02:00:00+02:00', '2024-05-01T00:00:00.000Z')).toBe(0)
    expect(order('2024-05-01T00:30:00+01:00', '2024-05-01T00:00:00Z')).toBe(-1)
  })
})

it('writes a time as the server does, and never later', () => {
  const ms = Date.parse('2024-05-01T10:20:30.987Z')
  expect(writeInstantLike('2024-01-01', ms)).toBe('2024-05-01')
  expect(writeInstantLike('2024-01-01T00:00:00Z', ms)).toBe('2024-05-01T10:20:30Z')
  expect(writeInstantLike('2024-01-01T00:00:00.000000+02:00', ms)).toBe('2024-05-01T10:20:30.987Z')
  expect(writeInstantLike('2024-01-01 00:00:00', ms)).toBe('2024-05-01 10:20:30')
  expect(writeInstantLike('something', ms)).toBe('2024-05-01T10:20:30.987Z')
})
