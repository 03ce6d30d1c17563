import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimals, decimalOf, parseDecimal, secondsToMs } from './decimal.ts'

describe('decimals', () => {
  it.each(['', '-', '1.', '.5', '1e3', ' 1', '0x10', '1 000', 'NaN', '١'])('are not "%s"', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })

  it('compare by value, however they are written, and beyond 2^53', () => {
    const compare = (a: string, b: string) => compareDecimals(parseDecimal(a)!, parseDecimal(b)!)
    expect(compare('10', '9')).toBe(1)
    expect(compare('1.50', '1.5')).toBe(0)
    expect(compare('0.49', '0.5')).toBe(-1)
    expect(compare('-1.5', '-1')).toBe(-1)
    expect(compare('9007199254740993', '9007199254740992')).toBe(1)
    expect(compare('+007', '7')).toBe(0)
  })

  it('are exact for JSON numbers', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), fc.integer())
    const order = (a: number, b: number) => compareDecimals(decimalOf(a)!, decimalOf(b)!)
    fc.assert(fc.property(numbers, numbers, (a, b) => Math.abs(a - b) < 1e-15 || order(a, b) === Math.sign(a - b)))
    expect(decimalOf(Infinity)).toBeUndefined()
    expect(decimalOf(1e-7)?.units).toBeGreaterThan(0n)
  })

  it('are never above what may have stood where JSON.parse has rounded', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (written) => {
        const { units, scale } = decimalOf(Number(written))!
        expect(scale).toBe(0)
        expect(units <= written).toBe(true)
        expect(written - units <= 2n ** 19n).toBe(true)
      }),
    )
  })

  it('are whole ms, rounded down, as seconds', () => {
    expect(secondsToMs(parseDecimal('1.2349')!)).toBe(1234)
    expect(secondsToMs(parseDecimal('-1.2341')!)).toBe(-1235)
    expect(secondsToMs(parseDecimal('5')!)).toBe(5000)
  })
})
