import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactly } from './exact-json.ts'

describe('parseExactly', () => {
  it('loses no digit of a whole number', () => {
    expect(parseExactly('{"id":9007199254740993,"in":[-9007199254740992,9007199254740991]}')).toEqual({
      id: 9007199254740993n,
      in: [-9007199254740992n, 9007199254740991],
    })
    expect(parseExactly('9007199254740993', false)).toBe(9007199254740992)
  })

  it('leaves alone what is no whole number, and what stands in a text', () => {
    const text = String.raw`{"a":"\"9007199254740993","9007199254740993":0.12345678901234567,"b":1e20,"c":9007199254740993.0}`
    expect(parseExactly(text)).toEqual(JSON.parse(text))
  })

  it('reads everything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt(), (value, number) => {
        fc.pre(!/\d{16}/.test(JSON.stringify(value)))
        const text = JSON.stringify([value, 1234567890123456])
        expect(parseExactly(text)).toEqual(JSON.parse(text))
        const isSafe = Number.isSafeInteger(Number(number))
        expect(parseExactly(`{"n": ${number}}`)).toEqual({ n: isSafe ? Number(number) : number })
      }),
    )
    const own = parseExactly('{"__proto__":9007199254740993}') as object
    expect(Object.keys(own)).toEqual(['__proto__'])
  })
})
