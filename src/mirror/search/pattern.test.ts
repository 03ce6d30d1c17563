import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchPatterns } from './pattern.ts'

const finds = (search: string, text: string): boolean =>
  searchPatterns(search).every((pattern) => new RegExp(pattern, 'u').test(text))

describe('a search', () => {
  it.each([
    ['kites', 'Box KITES'],
    ['creme brulee', 'Crème brûlée, or brulee with crème'],
    ['CRÈME', 'creme'],
    ['creme', 'cre\u0300me'],
    ['łodz', 'Łódź'],
    ['o', 'Ø'],
    ['σοφος', 'ΣΟΦΌΣ'],
    ['ёлка', 'Елка'],
    ["it's", 'It’s'],
    ['"box kites"', 'box\n  kites'],
    ['"box kites', 'box\u00A0kites'],
    ['c++ (a.b)', 'c++ (a.b)'],
    ['寿司', '美味しい寿司'],
  ])('for %s finds %s', (search, text) => expect(finds(search, text)).toBe(true))

  it.each([
    ['kites bread', 'only kites'],
    ['"box kites"', 'kites in a box'],
    ['a.b', 'axb'],
  ])('for %s does not find %s', (search, text) => expect(finds(search, text)).toBe(false))

  it('takes any text for what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const word = text.replaceAll(/[\s"]/g, '')
        fc.pre(word !== '' && word.normalize('NFD').replaceAll(/[\u0300-\u036F]/g, '') !== '')
        expect(finds(word, `before ${word} after`)).toBe(true)
      }),
    )
  })

  it.each(['', '  ', '""'])('for nothing is refused: "%s"', (search) => {
    expect(() => searchPatterns(search)).toThrow('nothing to search for')
  })
})
