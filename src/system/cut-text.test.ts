import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText } from './cut-text.ts'

describe('a text that is cut', () => {
  it('keeps what fits, and no half of a letter', () => {
    expect(cutText('short', 5)).toBe('short')
    expect(cutText('longer', 5)).toBe('longe…')
    expect(cutText('👩‍👩‍👧‍👦'.repeat(3), 3)).toBe('👩‍👩‍👧‍👦'.repeat(3))
    expect(cutText('👩‍👩‍👧‍👦abc', 2)).toBe('👩‍👩‍👧‍👦a…')
    expect(cutText('e\u0301e\u0301e\u0301', 1)).toBe('e\u0301…')
  })

  it('is never longer than so many letters of what can be one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (text, most) => {
        const cut = cutText(text, most)
        expect(cut.length).toBeLessThanOrEqual(most * 16 + 1)
        expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true)
      }),
    )
    expect(cutText(`a${'\u0301'.repeat(10_000)}`, 10).length).toBeLessThan(200)
  })
})
