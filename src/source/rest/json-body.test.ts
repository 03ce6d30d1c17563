import { expect, it } from 'vitest'
import { readJson } from './json-body.ts'

const request = { method: 'GET', url: 'https://api.example/items' }
const read = (text: string | Buffer, status = 200) => readJson([Buffer.from(text)], status, request)

it('reads JSON, without a byte order mark before it', () => {
  expect(read('\uFEFF{"a": "\u00e4"}')).toEqual({ value: { a: '\u00e4' }, text: '{"a": "\u00e4"}', isUtf8: true })
  expect(readJson([Buffer.from('[1'), Buffer.from(',2]')], 200, request).value).toEqual([1, 2])
  expect(read(Buffer.from('["\u00e4"]', 'latin1'))).toMatchObject({ value: ['\uFFFD'], isUtf8: false })
})

it('has nothing to read in a 204', () => {
  expect(read('', 204)).toEqual({ value: undefined, text: '', isUtf8: true })
})

it('says what an answer is that is no JSON, and tries again', () => {
  const error = (message: string): unknown =>
    expect.objectContaining({ code: 'wrong-content', message, retryable: true })
  expect(() => read('')).toThrow(error('the answer to GET https://api.example/items is empty'))
  expect(() => read('<html>')).toThrow(error('the answer to GET https://api.example/items is not valid JSON'))
})

it('does not try again what is longer than a text can be', () => {
  const chunk = Buffer.alloc(100_000_000)
  expect(() => readJson(Array<Buffer>(6).fill(chunk), 200, request)).toThrow(
    expect.objectContaining({
      code: 'wrong-content',
      message: 'the answer to GET https://api.example/items is too large (600 MB) to be read as JSON',
      retryable: false,
    }),
  )
})
