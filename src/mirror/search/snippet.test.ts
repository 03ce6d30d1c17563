import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchPatterns } from './pattern.ts'
import { marksIn, snippetOf } from './snippet.ts'

const marked = (text: string, search: string): string[] =>
  marksIn(text, searchPatterns(search)).map(([from, to]) => text.slice(from, to))

describe('marks', () => {
  it('are where it is, once each', () => {
    expect(marked('Box kites, and a kite', 'kite kites')).toEqual(['kites', 'kite'])
    expect(marked('Crème brûlée', '"creme brulee" brul')).toEqual(['Crème brûlée'])
    expect(marked('bread', 'kites')).toEqual([])
  })
})

describe('a snippet', () => {
  it('is all of a short text, on one line', () => {
    expect(snippetOf('How to\n\tbuild \u001B[1ma kite', searchPatterns('kite')).snippet).toBe('How to build [1ma kite')
  })

  it('is what is around the first thing that was found', () => {
    const text = `${'word '.repeat(100)}kite ${'tail '.repeat(100)}`
    const { snippet, marks } = snippetOf(text, searchPatterns('kite'))
    expect(snippet).toMatch(/^… word .*word kite tail .* tail …$/)
    expect(marks.map(([from, to]) => snippet.slice(from, to))).toEqual(['kite'])
  })

  it('is the beginning where only the title has it', () => {
    expect(snippetOf('word '.repeat(100), searchPatterns('kite')).snippet).toMatch(/^word .* word …$/)
  })

  it('is short, and shows what was found, in any text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 600 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { snippet, marks } = snippetOf(`${one} kite ${other}`, searchPatterns('kite'))
        expect(snippet.length).toBeLessThan(170)
        expect(Buffer.from(snippet).toString()).toBe(snippet)
        expect(marks.length).toBeGreaterThan(0)
      }),
    )
  })
})
