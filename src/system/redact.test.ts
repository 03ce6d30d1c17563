import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRedactor } from './redact.ts'

const secret = 'hunter2+"/x'

it.each([
  ['as it is', `token ${secret} refused`],
  ['in a URL', `GET /?key=${encodeURIComponent(secret)}&page=2`],
  ['in JSON', `{"token":${JSON.stringify(secret)}}`],
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
