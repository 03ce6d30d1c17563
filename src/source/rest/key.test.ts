import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyConfig, keyOf, textOf } from './key.ts'

const key = (item: unknown, ...paths: string[]): string | undefined => keyOf(item, keyConfig.parse(paths))

describe('keyOf', () => {
  it('is the text of one value', () => {
    expect(key({ id: 'a' }, 'id')).toBe('a')
    expect(key({ id: 12 }, 'id')).toBe('12')
    expect(key({ data: { id: false } }, 'data.id')).toBe('false')
    expect(keyOf({ id: 'a' }, keyConfig.parse('id'))).toBe('a')
  })

  it('is missing when a value is missing, null, or no plain value', () => {
    for (const item of [{}, { id: null }, { id: [] }, { id: {} }, null, 'text', []]) {
      expect(key(item, 'id')).toBeUndefined()
      expect(key({ ...(item as object), other: 1 }, 'other', 'id')).toBeUndefined()
    }
  })

  it('is missing when JSON.parse has rounded the number, so that two records could share it', () => {
    expect(key(JSON.parse('{"id": 9007199254740993}'), 'id')).toBeUndefined()
    expect(key(JSON.parse('{"id": 9007199254740991}'), 'id')).toBe('9007199254740991')
    expect(key({ id: 9007199254740993n }, 'id')).toBe('9007199254740993')
    expect(textOf(Infinity)).toBeUndefined()
  })

  it('tells several values apart whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        const same = key({ x: a, y: b }, 'x', 'y') === key({ x: c, y: d }, 'x', 'y')
        expect(same).toBe(a === c && b === d)
      }),
    )
  })
})

it('takes a path or several as `key`', () => {
  expect(keyConfig.parse('id').map(({ text }) => text)).toEqual(['id'])
  expect(keyConfig.parse(['a', 'b']).map(({ text }) => text)).toEqual(['a', 'b'])
  expect(keyConfig.safeParse([]).success).toBe(false)
  expect(keyConfig.safeParse('a[*]').success).toBe(false)
})
