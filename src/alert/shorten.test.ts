import fc from 'fast-check'
import { expect, it } from 'vitest'
import { oneLine, plainText, shortenTo, shortenToBytes } from './shorten.ts'

it('keeps a text within its limit, whole where it fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 3, max: 60 }), (raw, limit) => {
      const text = plainText(raw)
      const [byUnits, byBytes] = [shortenTo(text, limit), shortenToBytes(text, limit)]
      expect(byUnits.length).toBeLessThanOrEqual(limit)
      expect(Buffer.byteLength(byBytes)).toBeLessThanOrEqual(limit)
      if (text.length <= limit) expect(byUnits).toBe(text)
      if (Buffer.byteLength(text) <= limit) expect(byBytes).toBe(text)
      for (const cut of [byUnits, byBytes]) expect(Buffer.from(cut).toString()).toBe(cut)
    }),
  )
})

it('cuts no character through', () => {
  expect(shortenTo('ab👩‍👩‍👧‍👦cd', 8)).toBe('ab…')
  expect(shortenToBytes('ééé', 5)).toBe('é…')
})

it('makes one line of anything, without what could tear it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u)
    }),
  )
  expect(oneLine(' a\r\nBcc: b\t\u0000c ')).toBe('a Bcc: b c')
})
