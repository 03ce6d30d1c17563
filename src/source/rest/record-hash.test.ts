import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { exactly, recordHash } from './record-hash.ts'

const hashOf = (text: string): string => recordHash(exactly(text, JSON.parse(text)))

it('is the same whatever the order of keys and the blanks', () => {
  expect(hashOf('{"a":1,"b":[{"c":null,"d":"x"}]}')).toBe(hashOf('{ "b": [ {"d":"x","c":null} ], "a": 1 }'))
  expect(hashOf('[1,2]')).not.toBe(hashOf('[2,1]'))
})

it.each([
  ['12345678901234567890', '12345678901234567891'],
  ['{"a":0.12345678901234567}', '{"a":0.12345678901234568}'],
  ['[1e400]', '[1e401]'],
  ['[-9007199254740993]', '[-9007199254740992]'],
  ['["12345678901234567890"]', '[12345678901234567890]'],
])('tells numbers apart that JSON.parse rounds: %s and %s', (one, other) => {
  expect(hashOf(one)).not.toBe(hashOf(other))
})

it('leaves texts as they are, whatever looks like a number in them', () => {
  const text = String.raw`{"a":"1e5 \" 12345678901234567890","\"":12345678901234567890,"c":"\\"}`
  expect(exactly(text, undefined)).toEqual({
    a: '1e5 " 12345678901234567890',
    '"': '\u0000number 12345678901234567890',
    c: '\\',
  })
})

it('is equal for equal documents, and differs for others', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (one, other) => {
      const again = JSON.stringify(JSON.parse(one), undefined, 2)
      // -0 is written as 0; numbers with an exponent are compared as they are written.
      if (!/\d[eE]|-0|[\d.]{16}/.test(one + again)) expect(hashOf(one)).toBe(hashOf(again))
      if (hashOf(one) === hashOf(other)) expect(JSON.parse(one)).toEqual(JSON.parse(other))
    }),
  )
})
