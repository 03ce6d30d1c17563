import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnsiloError } from '../errors.ts'
import { parseSize, saySize } from './size.ts'

describe('parseSize', () => {
  it.each([
    ['300', 300],
    ['300 B', 300],
    ['10 MB', 10_000_000],
    ['10mb', 10_000_000],
    ['1k', 1000],
    ['1.5 GiB', 1.5 * 2 ** 30],
    [' 2 TiB ', 2 * 2 ** 40],
    ['0', 0],
    ['0.3 kB', 300],
  ])('reads "%s" as %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each([
    '',
    'MB',
    '-1 MB',
    '1,5 MB',
    '.5 MB',
    '1e3',
    '10 MB/s',
    '10 days',
    '1 MB 2 kB',
    '1 constructor',
    '9999999 TB',
  ])('refuses "%s"', (text) => {
    expect(() => parseSize(text)).toThrow(expect.objectContaining({ name: 'UnsiloError', code: 'config' }))
  })

  it('gives whole bytes, or an UnsiloError, for any text', () => {
    const words = fc.constantFrom('1', '23', '.', 'k', 'MB', 'gib', ' ', '-', 'e', '__proto__')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(Number.isSafeInteger(parseSize(text))).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(UnsiloError)
          }
        },
      ),
    )
  })
})

describe('saySize', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [31_400_000_000, '31 GB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [5e15, '5000 TB'],
  ])('says %i bytes as "%s"', (bytes, text) => {
    expect(saySize(bytes)).toBe(text)
  })

  it('is read back as a size no more than a twentieth away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e15 }), (bytes) => {
        expect(Math.abs(parseSize(saySize(bytes)) - bytes) / bytes).toBeLessThanOrEqual(0.05)
      }),
    )
  })
})
