import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRedactor } from './redact.ts'

const secret = 'hunter2+"/x'

it.each([
  ['as it is', `token ${secret} refused`],
  ['in a URL', `GET /?key=${encodeURIComponent(secret)}&page=2`],
  ['in JSON', `{"token":${JSON.stringify(secret)}}`],
  ['in a form', `key=${new URLSearchParams({ '': secret }).toString().slice(1)}&page=2`],
  ['in a URL of lower-case escapes', `GET /?key=${encodeURIComponent(secret).toLowerCase()}`],
  ['in JSON with escaped slashes', `{"token":${JSON.stringify(secret).replaceAll('/', '\\/')}}`],
  ['in base64', `Authorization: Bearer ${Buffer.from(secret).toString('base64')}`],
])('takes a secret out %s', (_, text) => {
  const redacted = createRedactor([secret]).text(text)
  expect(redacted).toContain('[secret]')
  expect(redacted).not.toContain(secret)
  expect(redacted.length).toBeLessThan(text.length + 10)
})

it('takes out the longer of two secrets of which one is a part of the other', () => {
  expect(createRedactor(['pass', 'password1']).text('password1 and pass')).toBe('[secret] and [secret]')
})

it('leaves what holds no secret as it is, byte for byte', () => {
  const bytes = Buffer.from([0, 255, 128, 10, 200])
  const stream = createRedactor([secret]).stream()
  expect(Buffer.concat([stream.write(bytes), stream.end()])).toEqual(bytes)
})

it('finds a secret wherever the chunks of a stream are cut', () => {
  const text = `a ${secret}${secret} é ${secret.slice(0, 5)} b`
  fc.assert(
    fc.property(fc.array(fc.nat(text.length + 1)), (cuts) => {
      const bytes = Buffer.from(text)
      const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const stream = createRedactor([secret]).stream()
      const chunks = borders.slice(1).map((border, index) => stream.write(bytes.subarray(borders[index], border)))
      expect(Buffer.concat([...chunks, stream.end()]).toString()).toBe(`a [secret][secret] é ${secret.slice(0, 5)} b`)
    }),
  )
})

it('takes out a form with spaces and a JSON text of ASCII only', () => {
  const redactor = createRedactor(['open sésame'])
  expect(redactor.text('a=open+s%C3%A9same&b="open s\\u00e9same"')).toBe('a=[secret]&b="[secret]"')
})

it('learns secrets while it works, also in a stream that is open', () => {
  const redactor = createRedactor([])
  const stream = redactor.stream()
  const before = stream.write(Buffer.from('token-1 '))
  redactor.add('token-1', 'abc')
  expect(redactor.text('token-1 abc')).toBe('[secret] abc')
  expect(Buffer.concat([before, stream.write(Buffer.from('token-1')), stream.end()]).toString()).toBe(
    'token-1 [secret]',
  )
})

it('tells whether bytes hold a secret', () => {
  const redactor = createRedactor([secret])
  expect(redactor.isIn(Buffer.from(`x${encodeURIComponent(secret)}x`))).toBe(true)
  expect(redactor.isIn(Buffer.from(secret.slice(1)))).toBe(false)
})

it('takes out what was decoded in the wrong way', () => {
  expect(createRedactor(['a+b c/d']).text('a+b+c/d a b c/d')).toBe('[secret] [secret]')
})
