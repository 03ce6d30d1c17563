import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from './json/read-json.ts'
import { isAfter, orderOf } from './order.ts'

const order = (value: string | number) =>
  orderOf(readJson(typeof value === 'string' ? JSON.stringify(value) : `${value}`))

describe('the order of items', () => {
  it.each<[string | number, string | number]>([
    [10, 9],
    ['10', '9'],
    ['1700000000', 1_600_000_000],
    ['2024-01-02', '2024-01-01'],
    ['2024-01-01T10:00:00Z', '2024-01-01T09:59:59.999Z'],
    ['2024-01-01T10:00:00+01:00', '2024-01-01T10:00:00+02:00'],
    ['2024-01-01 10:00:00.2', '2024-01-01T10:00:00.1'],
    ['2024-01-01T10:01', '2024-01-01T10:00'],
    ['2024-01-01 10:01 UTC', '2024-01-01T10:00Z'],
    ['Thu Aug 28 13:08:45 +0000 2008', 'Wed Aug 27 13:08:45 +0000 2008'],
    ['Mon, 01 Jan 2024 10:00:00 GMT', 'Fri, 29 Dec 2023 10:00:00 GMT'],
  ])('puts %j after %j', (later, earlier) => {
    expect(isAfter(order(later), order(earlier))).toBe(true)
    expect(isAfter(order(earlier), order(later))).toBe(false)
  })

  it.each(['31/01/2024', 't3_zz', 'yesterday', '', 'Mon', 'Monday, 1 January 2024', 'Mon Jan 01 2024'])(
    'has no place for %j',
    (text) => {
      expect(order(text)).toBeUndefined()
    },
  )

  it.each(['null', 'true', '[]', '{}', '1e400'])('has no place for %s', (text) => {
    expect(orderOf(readJson(text))).toBeUndefined()
  })

  it('does not compare a number with a moment, nor with nothing', () => {
    expect(isAfter(order(5), order('2024-01-01'))).toBe(false)
    expect(isAfter(order('2024-01-01'), order(5))).toBe(false)
    expect(isAfter(order(5), undefined)).toBe(false)
    expect(isAfter(undefined, order(5))).toBe(false)
  })

  it('never turns whole numbers round, however large', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 70n }), fc.bigInt({ min: 0n, max: 2n ** 70n }), (a, b) => {
        if (isAfter(order(`${a}`), order(`${b}`))) expect(a > b).toBe(true)
      }),
    )
  })
})
