import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeKey, keysBelow } from './key.ts'

it('puts files below the prefix, and finds their paths again', () => {
  const keys = keysBelow('backups/laptop')
  expect(keys.ofFile('todo/1.json')).toBe('backups/laptop/todo/1.json')
  expect(keys.ofFolder('todo')).toBe('backups/laptop/todo/')
  expect(keys.ofFolder('')).toBe('backups/laptop/')
  expect(keys.pathOf('backups/laptop/todo/1.json')).toBe('todo/1.json')
  expect(keysBelow('').ofFolder('')).toBe('')
  expect(keysBelow('').ofFile('todo')).toBe('todo')
})

it('takes what others have put there for no file: markers of folders, and names that lead elsewhere', () => {
  const keys = keysBelow('backups')
  for (const key of ['backups/', 'backups/in/', 'backups//x', 'backups/../x', 'backups2/x', 'x']) {
    expect(keys.pathOf(key), key).toBeUndefined()
  }
})

it('refuses paths that lead out', () => {
  expect(() => keysBelow('backups').ofFile('../x')).toThrow('is not a path inside a target')
  expect(() => keysBelow('backups').ofFile('')).toThrow('is needed')
  expect(() => keysBelow('backups').ofFolder('..')).toThrow('is not a path inside a target')
})

it('reads keys as S3 and as OpenStack Swift encode them, and those that are not encoded', () => {
  expect(decodeKey('a%2Fb+c%2Bd%25', 'url')).toBe('a/b c+d%')
  expect(decodeKey('a/b%20c%2Bd%25', 'url')).toBe('a/b c+d%')
  expect(decodeKey('a/b c+d%', undefined)).toBe('a/b c+d%')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      expect(decodeKey(encodeURIComponent(key), 'url')).toBe(key)
      expect(decodeKey(encodeURIComponent(key).replaceAll('%20', '+'), 'url')).toBe(key)
    }),
  )
})
