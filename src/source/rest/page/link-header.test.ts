import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkTarget } from './link-header.ts'

it.each([
  ['GitHub', '<https://x/a?page=1>; rel="prev", <https://x/a?page=3>; rel="next", <https://x/a?page=9>; rel="last"'],
  ['no quotes', '<https://x/a?page=3>;rel=next'],
  ['several relations', '<https://x/a?page=3>; rel="last  next"'],
  ['capitals', '<https://x/a?page=3>; REL="Next"'],
  ['blanks', '  <https://x/a?page=3> ;  rel = "next" , <b>; rel=prev'],
  ['other parameters first', '<https://x/a?page=3>; title="a, b; rel=\\"prev\\" <c>"; rel="next"; hreflang=de'],
  [
    'a title of a link before',
    '<https://x/b>; rel="prev"; title="<no>; rel=next, <no>; rel=next", <https://x/a?page=3>; rel=next',
  ],
  ['commas and semicolons in the address', '<https://x/b,c;d>; rel="up",<https://x/a?page=3>; rel="next"'],
  ['a parameter without a value', '<https://x/a?page=3>; crossorigin; rel="next"'],
  ['a link without parameters before', '<https://x/b>, <https://x/a?page=3>; rel="next"'],
  ['an extended title', '<https://x/a?page=3>; title*=UTF-8\'de\'n%c3%a4chstes; rel="next"'],
  ['two next links: the first', '<https://x/a?page=3>; rel=next, <https://x/b>; rel=next'],
  ['empty elements', ', ,<https://x/a?page=3>; rel="next",'],
])('finds the next page: %s', (_, header) => {
  expect(linkTarget(header, 'next')).toBe('https://x/a?page=3')
})

it('gives relative addresses as they are', () => {
  expect(linkTarget('</items?page=2>; rel="next"', 'next')).toBe('/items?page=2')
  expect(linkTarget('<?page=2>; rel="next"', 'next')).toBe('?page=2')
})

it.each([
  '',
  '<a>; rel=prev',
  '<a>',
  'a; rel=next',
  '<a; rel=next',
  '<a>; rel="nextpage"',
  '<a>; rel="prev"; rel="next"',
  '<a>; title="rel=next"',
])('finds none in "%s"', (header) => expect(linkTarget(header, 'next')).toBeUndefined())

it('reads any header, and soon', () => {
  const parts = fc.array(fc.constantFrom('<a>', ';', ',', ' ', 'rel', '=', '"', '\\', 'next', '<', '>'), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        parts.map((part) => part.join('')),
      ),
      (header) => {
        expect(['string', 'undefined']).toContain(typeof linkTarget(header, 'next'))
      },
    ),
  )
  expect(linkTarget(`<a>${'; x="'.repeat(20_000)}`, 'next')).toBeUndefined()
})
