import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complaintOf, runCheck } from '../run-check.fixture.ts'
import { json } from './json.ts'

const complaint = (text: string | Uint8Array): string => complaintOf(json, text)

function isParsed(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

function isPassed(bytes: Uint8Array, chunkSizes: readonly number[]): boolean {
  return runCheck(json, bytes, chunkSizes) === undefined
}

const chunkSizes = fc.oneof(fc.constant([1]), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }))

const documents = fc
  .tuple(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), fc.constantFrom(undefined, 1, 2, '\t'), fc.boolean())
  .map(([value, indent, hasMark]) => Buffer.from(`${hasMark ? '\uFEFF' : ''}${JSON.stringify(value, null, indent)}`))

interface Change {
  kind: 'replace' | 'insert' | 'delete' | 'cut'
  at: number
  byte: number
}

const changes: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
  at: fc.nat(),
  byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('{}[]",:\\u0-.eE+tfn \n\r\t/'))),
})

function changed(bytes: Uint8Array, { kind, at, byte }: Change): Uint8Array {
  const place = at % (bytes.length + 1)
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  if (kind === 'cut') return before
  if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), after])
  if (kind === 'delete') return Buffer.concat([before, after.subarray(1)])
  return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
}

const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"',
  '1',
  '-0.5e+3',
  '01',
  'true',
  'null',
  ' ',
  '\n',
  '\\u00e9',
  'é',
  '😀',
]

describe('the JSON check', () => {
  it('passes every document that JSON.parse passes, whatever the chunks', () => {
    fc.assert(
      fc.property(documents, chunkSizes, (bytes, sizes) => isPassed(bytes, sizes)),
      { numRuns: 1000 },
    )
  })

  it('agrees with JSON.parse about damaged documents, whatever the chunks', () => {
    const damaged = fc
      .tuple(documents, fc.array(changes, { minLength: 1, maxLength: 3 }))
      .map(([bytes, list]) => list.reduce(changed, bytes as Uint8Array))
    const agrees = (bytes: Uint8Array, sizes: readonly number[]): boolean => isPassed(bytes, sizes) === isParsed(bytes)
    fc.assert(fc.property(damaged, chunkSizes, agrees), { numRuns: 5000 })
  })

  it('agrees with JSON.parse about every order of tokens', () => {
    const soups = fc.array(fc.constantFrom(...tokens), { maxLength: 8 }).map((parts) => Buffer.from(parts.join('')))
    fc.assert(
      fc.property(soups, chunkSizes, (bytes, sizes) => isPassed(bytes, sizes) === isParsed(bytes)),
      {
        numRuns: 20_000,
      },
    )
  })

  it('agrees with JSON.parse about every sequence of UTF-8 in a string', () => {
    const edges = [0x22, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef]
    const bytes = fc.constantFrom(...edges, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0x00, 0x1f, 0x61)
    const strings = fc.array(bytes, { maxLength: 9 }).map((inner) => Buffer.from([0x22, ...inner, 0x22]))
    fc.assert(
      fc.property(strings, chunkSizes, (text, sizes) => isPassed(text, sizes) === isParsed(text)),
      {
        numRuns: 20_000,
      },
    )
  })

  it('passes any character, alone and in a longer string', () => {
    const decades: string[] = []
    for (let point = 0x20; point <= 0x10ffff; point += 7) {
      if (point < 0xd800 || point > 0xdfff) decades.push(String.fromCodePoint(point))
    }
    const text = Buffer.from(JSON.stringify([decades, decades.join('')]))
    expect(isPassed(text, [text.length])).toBe(true)
    expect(isPassed(text, [1])).toBe(true)
  })

  it('passes nesting of any depth', () => {
    const depth = 1_000_000
    expect(complaint('[{"a":'.repeat(depth) + '1' + '}]'.repeat(depth))).toBe('')
    expect(complaint('['.repeat(depth) + ']'.repeat(depth - 1))).toMatch(/ends in the middle of an array/)
  })

  it.each(['0', '-0', '1e5', '"a"', 'null', ' true ', '\uFEFF{}', '[\r\n]', '1\n'])(
    'passes %j, a value of any kind',
    (text) => {
      expect(complaint(text)).toBe('')
    },
  )

  it.each(['', ' \n', '\uFEFF'])('refuses %j, which holds no value', (text) => {
    expect(complaint(text)).toBe('not valid JSON: it holds no value')
  })

  it('says where the first wrong byte is', () => {
    expect(complaint('{\n  "a": 1,\n  "b": x\n}')).toBe(
      'not valid JSON: unexpected "x" in an object at line 3, column 8 (byte 19)',
    )
    expect(complaint('{"a": 1}\n]')).toBe(
      'not valid JSON: unexpected "]" after the end of the value at line 2, column 1 (byte 9)',
    )
    expect(complaint('["a\nb"]')).toBe('not valid JSON: unexpected byte 0x0a in a string at line 1, column 4 (byte 3)')
    expect(complaint(Buffer.from([0x22, 0xff, 0x22]))).toBe(
      'not valid JSON: unexpected byte 0xff in a string at line 1, column 2 (byte 1)',
    )
  })

  it('says where and in what a file ends too early', () => {
    expect(complaint('{"a": "text')).toBe('not valid JSON: it ends in the middle of a string (byte 11)')
    expect(complaint('[1, 2 ')).toBe('not valid JSON: it ends in the middle of an array (byte 6)')
    expect(complaint('-')).toBe('not valid JSON: it ends in the middle of a number (byte 1)')
    expect(complaint('[tru')).toBe('not valid JSON: it ends in the middle of true, false or null (byte 4)')
    expect(complaint(Buffer.from('"é').subarray(0, 2))).toBe(
      'not valid JSON: it ends in the middle of a character in a string (byte 2)',
    )
  })

  it('recognises a web page, and tells what it may mean', () => {
    expect(() => json.startCheck?.().write(Buffer.from('<!DOCTYPE html>'))).toThrow(
      expect.objectContaining({ code: 'wrong-content', hint: expect.stringContaining('a login has expired') }),
    )
  })

  it('does not keep the chunks that it is fed', () => {
    const check = json.startCheck!()
    const chunk = Buffer.alloc(3)
    for (const part of ['["a', 'b",', '"c"', ']  ']) {
      chunk.fill(' ').write(part)
      check.write(chunk)
    }
    check.end()
  })
})
