import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSegment, parseText, substitutedText } from './substitute.ts'

describe('parseText', () => {
  it('fills in each name, and encodes only the values', () => {
    const text = parseText('/a b/{issue.number}/c/{id}{id}')
    expect(text.names).toEqual(['issue.number', 'id'])
    expect(text.fill((name) => `<${name}>`)).toBe('/a b/<issue.number>/c/<id><id>')
    expect(text.fill(() => 'x/y', encodeURIComponent)).toBe('/a b/x%2Fy/c/x%2Fyx%2Fy')
  })

  it('takes double braces as braces', () => {
    const text = parseText('{{"id": "{id}"}}')
    expect(text.names).toEqual(['id'])
    expect(text.fill(() => '{{1}}')).toBe('{"id": "{{1}}"}')
    expect(parseText('{{{id}}}').fill(() => '1')).toBe('{1}')
  })

  it('leaves other text as it is', () => {
    for (const text of ['', 'plain', '$&', 'größe 日本']) expect(parseText(text).fill(() => 'x')).toBe(text)
    expect(parseText('{größe}').fill(() => '$&')).toBe('$&')
  })

  it.each(['{', '}', '{}', 'a{ id }', '{a.}', '{.a}', '{a..b}', '{a[*]}', '{{a}', '{"a":1}'])('refuses %s', (text) => {
    expect(() => parseText(text)).toThrow(expect.objectContaining({ code: 'config' }))
    expect(substitutedText.safeParse(text).success).toBe(false)
  })

  it('gives back any text whose braces are doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseText(text.replace(/[{}]/g, '$&$&')).fill(() => 'x')).toBe(text)
      }),
    )
  })
})

describe('encodeSegment', () => {
  it('encodes what would end the segment', () => {
    expect(encodeSegment('a/b?c#d e%')).toBe('a%2Fb%3Fc%23d%20e%25')
    expect(encodeSegment('...')).toBe('...')
  })

  it.each(['', '.', '..', '\ud800'])('refuses "%s", which would lead elsewhere', (value) => {
    expect(() => encodeSegment(value)).toThrow(expect.objectContaining({ code: 'wrong-content' }))
  })
})
