import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { cookiesFor, isExpired, parseCookieJar } from './cookie-jar.ts'

const jar = parseCookieJar(
  [
    '# Netscape HTTP Cookie File',
    '#\ta\t/\tcomment\twith\ttabs',
    '',
    '.example.com\tTRUE\t/\tTRUE\t1900000000\tsession\tabc=def',
    '#HttpOnly_www.example.com\tFALSE\t/\tFALSE\t0\thidden\tx',
    'example.com\tFALSE\t/deep\tFALSE\t1000\told\ty',
    'example.com\tTRUE\t/deep/\tFALSE\t1900000000.5\tdeep\tz\r',
    'other.org\tTRUE\t/\tFALSE\t0\tempty\t',
    'other.org\tTRUE\t/\tFALSE\t0\tbare',
    '127.0.0.1\tTRUE\t/\tTRUE\t0\tlocal\t1',
    'not a cookie',
  ].join('\n'),
)
const namesFor = (url: string): string[] => cookiesFor(jar, new URL(url)).map(({ name }) => name)

it('reads what is a cookie, also those that scripts must not see', () => {
  expect(jar.map(({ name, value }) => `${name}=${value}`)).toEqual([
    'session=abc=def',
    'hidden=x',
    'old=y',
    'deep=z',
    'empty=',
    'bare=',
    'local=1',
  ])
})

it.each([
  ['https://example.com/', ['session']],
  ['https://www.example.com/', ['session', 'hidden']],
  ['https://a.www.example.com/', ['session']],
  ['https://EXAMPLE.com/deep', ['old', 'session']],
  ['https://example.com/deep/er', ['deep', 'old', 'session']],
  ['https://example.com/deeper', ['session']],
  ['http://example.com/', []],
  ['https://badexample.com/', []],
  ['http://127.0.0.1:81/', ['local']],
  ['http://1.127.0.0.1.example/', []],
])('sends to %s: %j', (url, names) => {
  expect(namesFor(url)).toEqual(names)
})

it('knows when a cookie has expired', () => {
  const now = new Date('2026-03-01T00:00:00Z')
  expect(jar.filter((cookie) => isExpired(cookie, now)).map(({ name }) => name)).toEqual(['old'])
})

it('takes any text for a jar', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\t', '\n', 'a', '.', '0', '#') }), (text) => {
      cookiesFor(parseCookieJar(text), new URL('https://a/'))
    }),
  )
})
