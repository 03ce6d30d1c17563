import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parsePath } from '../../../system/item-path.ts'
import { eachKey, writePath } from './write-path.ts'

it('writes paths that parsePath reads', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1 }), (keys) => {
      expect(parsePath(writePath(keys)).steps).toEqual(keys)
    }),
  )
})

it('writes [*] for each', () => {
  expect(writePath(['data', eachKey, 'data'])).toBe('data[*].data')
  expect(writePath([eachKey, 'data'])).toBe('[*].data')
})
