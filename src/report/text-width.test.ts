import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textTable } from './table.ts'
import { cutToWidth, textWidth } from './text-width.ts'

describe('the width of a text on a terminal', () => {
  it.each([
    ['plain', 5],
    ['', 0],
    ['Zoë', 3],
    ['Zoe\u0308', 3],
    ['東京', 4],
    ['한국어', 6],
    ['👩‍👩‍👧‍👦', 2],
    ['❤️ x', 4],
    ['naïve – “quoted” …', 18],
  ])('of %j is %i', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  it('is kept to by a cut, which never goes through a character', () => {
    expect(cutToWidth('東京タワー', 10)).toBe('東京タワー')
    expect(cutToWidth('東京タワー', 9)).toBe('東京タワ…')
    expect(cutToWidth('東京タワー', 8)).toBe('東京タ…')
    expect(cutToWidth('plain text', 6)).toBe('plain…')
    const unit = fc.constantFrom('a', 'é', 'e\u0301', '東', '👩‍👩‍👧‍👦', '…')
    fc.assert(
      fc.property(fc.array(unit), fc.integer({ min: 1, max: 20 }), (units, widest) => {
        const cut = cutToWidth(units.join(''), widest)
        expect(textWidth(cut)).toBeLessThanOrEqual(widest)
        expect(units.join('').startsWith(cut.replace(/…$/, ''))).toBe(true)
      }),
    )
  })
})

describe('a table', () => {
  it('has its columns below each other, whatever the script', () => {
    const rows = ['plain', '東京', 'Zoe\u0308'].map((text) => [{ text }, { text: '|' }])
    expect(textTable(rows)).toBe('plain  |\n東京   |\nZoe\u0308    |')
  })

  it('is not turned round by what is in it', () => {
    expect(textTable([[{ text: 'a\u202egnp.exe' }, { text: '\u001b[31mred' }]])).toBe('agnp.exe   [31mred')
  })
})
