import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isParcelId, parcelIdAt, parcelTime, parseParcelId, splitParcelName } from './id.ts'

const seconds = fc.integer({ min: Date.UTC(1970, 0) / 1000, max: Date.UTC(2200, 0) / 1000 })

it('names a second, and the second names it', () => {
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999 }), (second, ms) => {
      const id = parcelIdAt(new Date(second * 1000 + ms))
      expect(isParcelId(id)).toBe(true)
      expect(parcelTime(id)).toEqual(new Date(second * 1000))
      expect(parseParcelId(id)).toBe(id)
    }),
  )
  expect(parcelIdAt(new Date('2020-02-15T01:02:03.999Z'))).toBe('2020-02-15T010203Z')
})

it('sorts as text as it does in time', () => {
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const [idA, idB] = [a, b].map((second) => parcelIdAt(new Date(second * 1000)))
      expect(Math.sign(a - b)).toBe(idA! < idB! ? -1 : idA === idB ? 0 : 1)
    }),
  )
})

it.each([
  '',
  '2020-02-15',
  '2020-02-15T010203',
  '2020-02-15T01:02:03Z',
  '2020-02-15t010203z',
  '2020-2-15T010203Z',
  '2020-13-15T010203Z',
  '2020-00-15T010203Z',
  '2020-02-00T010203Z',
  '2020-02-32T010203Z',
  '2020-02-15T240000Z',
  '2020-02-15T016003Z',
  '2020-02-15T010260Z',
  ' 2020-02-15T010203Z',
  '2020-02-15T010203Z\n',
  '2020-02-15T010203Z.json',
  '２020-02-15T010203Z',
])('is not %j', (text) => {
  expect(isParcelId(text)).toBe(false)
  expect(() => parseParcelId(text)).toThrow('is not a parcel id')
})

it.each(['2021-02-29T000000Z', '2020-04-31T000000Z'])(
  'that a user types is not %s, a day that does not exist',
  (text) => {
    expect(() => parseParcelId(text)).toThrow(`"${text}" is not a parcel id`)
  },
)

it('stands before the extension of a name', () => {
  const id = '2020-02-15T010203Z'
  expect(splitParcelName(id)).toEqual({ id, extension: '' })
  expect(splitParcelName(`${id}.json`)).toEqual({ id, extension: 'json' })
  expect(splitParcelName(`${id}.tar.gz`)).toEqual({ id, extension: 'tar.gz' })
  expect(splitParcelName(`${id}.`)).toEqual({ id, extension: '' })
  for (const name of [`${id}x`, `${id}-2.json`, `${id} .json`, `.${id}`, 'notes.json', '']) {
    expect(splitParcelName(name), name).toBeUndefined()
  }
})
