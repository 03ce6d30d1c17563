import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemsAt, parsePath } from '../../../system/item-path.ts'
import { eachOf } from '../input.fixture.ts'
import { ItemScanner } from './item-scanner.ts'
import { stepsOf } from './json.ts'
import { KnownItems } from './known-items.ts'

const wholeDocument = { text: '.', steps: [] }
const pathOf = (text: string) => (text === '.' ? wholeDocument : parsePath(text))

/** Cut at the places, as a file may come. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

function scan(document: string | Buffer, path: string, places: readonly number[] = [], known?: KnownItems) {
  const scanner = new ItemScanner({ steps: stepsOf(pathOf(path)), file: 'a.json', known })
  for (const chunk of cut(Buffer.from(document), places)) scanner.write(chunk)
  scanner.end()
  const found = eachOf(scanner.found.take(), known)
  return {
    status: scanner.found.status,
    items: found.flatMap((one) => ('json' in one ? [Buffer.from(one.json).toString()] : [])),
    problems: found.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  }
}

const everyByte = Array.from({ length: 400 }, (_, index) => index)

/** Few keys, so that paths lead somewhere; none twice in an object. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'ü"\\', '__proto__'), fc.string()), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}))
const step = fc.constantFrom('a', 'b', '[*]', '{*}', '{a}', '{b}', '["ü\\"\\\\"]', '["__proto__"]')
const anyPath = fc
  .array(step, { maxLength: 4 })
  .map((steps) => steps.reduce((path, one) => `${path}${path === '' || /^[[{]/.test(one) ? '' : '.'}${one}`, '') || '.')
  // Two of a name are refused.
  .filter((path) => !/(\{.\}).*\1/.test(path))

describe('ItemScanner', () => {
  it('finds what JSON.parse and itemsAt find, with the bytes as they stand there, in chunks of any size', () => {
    const property = fc.property(
      anyValue,
      anyPath,
      fc.constantFrom(0, 1, 2, '\t'),
      fc.constantFrom('', '\ufeff', ' \n'),
      fc.array(fc.nat(), { maxLength: 8 }),
      (value, path, indent, before, places) => {
        const document = `${before}${JSON.stringify(value, null, indent)}\n`
        const expected = itemsAt(pathOf(path), JSON.parse(document.replace('\ufeff', '')))
        const found = scan(document, path, places)
        expect(found.problems).toEqual([])
        expect(found.status).toBe(expected.found)
        expect(found.items.map((item) => JSON.parse(item) as unknown)).toEqual(expected.items)
        if (!path.includes('{')) for (const item of found.items) expect(document).toContain(item)
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })

  it('finds the same with known items, whichever they are', () => {
    const list = fc.array(anyValue, { maxLength: 8 })
    const property = fc.property(list, list, fc.array(fc.nat(), { maxLength: 3 }), (before, now, places) => {
      const both = [...before, ...now.filter((_, index) => index % 2 === 0)]
      const known = KnownItems.of(both.map((value) => Buffer.from(JSON.stringify(value))))
      const document = JSON.stringify([...now, ...before])
      expect(scan(document, '[*]', places, known)).toEqual(scan(document, '[*]', places))
      const map = JSON.stringify(Object.fromEntries(now.map((value, index) => [`${index % 3}"`, value])))
      const named = KnownItems.of(scan(map, '{*}').items.map((item) => Buffer.from(item)))
      expect(scan(map, '{*}', places, named)).toEqual(scan(map, '{*}'))
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('says which known items stand there', () => {
    const known = KnownItems.of(['{"id":1}', '{"id":2}', '{"id":3}', '{"id":4}'].map((text) => Buffer.from(text)))
    const scanner = new ItemScanner({ steps: undefined, file: '', known })
    scanner.write(Buffer.from('[{"id":9}, {"id":1}, {"id":22}, {"id":3},{"id":4} , {"id":1}]'))
    const found = eachOf(scanner.found.take(), known).map((one) => ('known' in one ? one.known : undefined))
    expect(found).toEqual([undefined, 0, undefined, 2, 3, 0])
  })

  it('keeps the bytes: large numbers, keys that come twice, spaces', () => {
    const document = '{"list":[ {"id": 90071992547409931, "id":1.0e3 } ,12345678901234567890,"\\u00e9"]}'
    expect(scan(document, 'list', everyByte).items).toEqual([
      '{"id": 90071992547409931, "id":1.0e3 }',
      '12345678901234567890',
      String.raw`"\u00e9"`,
    ])
  })

  it('gives the values of a map with their keys, as they are written', () => {
    const document = '{"x":[{"u":{"\\u00e9":{ "id": 1.0 },"b":{ },"c":[1],"d":null,"a":{"_name":2}}},{"u":{}},{}]}'
    expect(scan(document, 'x[*].u{*}', everyByte)).toEqual({
      status: 'items',
      problems: [],
      items: [
        '{"_name":"\\u00e9", "id": 1.0 }',
        '{"_name":"b" }',
        '{"_name":"c","value":[1]}',
        '{"_name":"d","value":null}',
        '{"_name":"a","_name":2}',
      ],
    })
    expect(scan('{"a":{"b":{"c":1}}}', '{x}{y}').items).toEqual(['{"x":"a","y":"b","c":1}'])
    expect(scan('{"a":[{"c":1},2]}', '{x}[*]').items).toEqual(['{"x":"a","c":1}', '{"x":"a","value":2}'])
  })

  it('leaves out what has a damaged key', () => {
    const { items, problems } = scan('{"a":{"n":1},"\\x":{"n":2},"c":{"n":3}}', '{*}')
    expect(items).toEqual(['{"_name":"a","n":1}', '{"_name":"c","n":3}'])
    expect(problems).toHaveLength(1)
  })

  it('takes the items of both values of a key that comes twice', () => {
    expect(scan('{"a":[1],"a":[2]}', 'a').items).toEqual(['1', '2'])
  })

  it('reads a document that is a number', () => {
    expect(scan('12', '.').items).toEqual(['12'])
    expect(scan('-', '.')).toMatchObject({
      items: [],
      problems: ['not whole JSON: it ends in the middle of a number (byte 1)'],
    })
  })

  it('goes deeper than any stack', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(scan(`{"a":[${deep}]}`, 'a').items).toEqual([deep])
  })
})

describe('a damaged document', () => {
  const damaged: [what: string, document: string, items: string[], problems: string[]][] = [
    ['is cut off in an item', '[{"a":1},{"b":', ['{"a":1}'], ['it ends in the middle of an object (byte 14)']],
    ['is cut off between items', '[{"a":1},', ['{"a":1}'], ['it ends in the middle of an array (byte 9)']],
    ['is empty', '', [], ['it holds no value (byte 0)']],
    ['is a web page', '<html>[1]', [], ['unexpected "<" (byte 0)']],
    ['has a second document', '[1] [2]', ['1'], ['unexpected "[" after the end of the value (byte 4)']],
    ['has a word that is none', '[{"a":NaN},{"a":[[1]]}]', ['{"a":[[1]]}'], ['unexpected "N" in an object (byte 6)']],
    [
      'has a scalar that is none',
      '[nul, 01, 2]',
      ['2'],
      ['"," in true, false or null (byte 4)', '"1" in a number (byte 7)'],
    ],
    [
      'lacks a comma between items',
      '[{"a":1}{"a":2}]',
      ['{"a":1}', '{"a":2}'],
      ['unexpected "{" in an array (byte 8)'],
    ],
    ['has a comma too many', '[1,,2,]', ['1', '2'], ['"," in an array (byte 3)', '"]" in an array (byte 6)']],
    [
      'has an array closed as an object',
      '[{"a":[1}},{"b":2}]',
      ['{"b":2}'],
      ['"}" in a number (byte 8)', '"}" in an array (byte 9)'],
    ],
    ['has a line end in a text', '[{"a":"x\ny"},{"b":2}]', ['{"b":2}'], ['unexpected byte 0x0a in a string (byte 8)']],
    [
      'lacks the quote at the end of a text',
      '[\n{\n"a":"x,\n"b":[1]\n},\n{"c":2}\n]',
      ['{"c":2}'],
      ['unexpected byte 0x0a in a string (byte 11)'],
    ],
    ['has zeros between items', '[1,\0\0\0{"b":2}]', ['1', '{"b":2}'], ['unexpected byte 0x00 in an array (byte 3)']],
    ['has text that is not UTF-8', '[{"a":"\xff"},3]', ['3'], ['unexpected byte 0xff in a string (byte 7)']],
    ['has a wrong escape', String.raw`[{"a":"\x\""},3]`, ['3'], ['unexpected "x" in an escape in a string (byte 8)']],
  ]

  it.each(damaged)('that %s gives the items around the damage', (_, document, items, problems) => {
    const bytes = Buffer.from(document, document.includes('\xff') ? 'latin1' : 'utf8')
    for (const places of [[], everyByte]) {
      const found = scan(bytes, '.', places)
      expect(found.items).toEqual(items)
      expect(found.problems).toHaveLength(problems.length)
      for (const [index, problem] of problems.entries()) expect(found.problems[index]).toContain(problem)
    }
  })

  it('is read past damage outside of the items', () => {
    expect(scan('{"x":{"y":tru},"a" [1,2],"a":[3]}', 'a')).toMatchObject({
      items: ['1', '2', '3'],
      problems: [expect.stringContaining('byte 13'), expect.stringContaining('byte 19')],
    })
  })

  it('gives only whole, valid items, and never hangs, whatever is done to it', () => {
    const document = Buffer.from(
      JSON.stringify({ a: [{ b: 'x"y\\', c: [1, { d: null }] }, 'é😀', [true], -1.5e3] }, null, 1),
    )
    const change = fc.record({ at: fc.nat(document.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
    const property = fc.property(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat()),
      (changes, places) => {
        const bytes = Buffer.from(document)
        for (const { at, byte } of changes) bytes[at] = byte
        const found = scan(bytes, 'a', places)
        for (const item of found.items) expect(() => JSON.parse(item) as unknown).not.toThrow()
        let isValid = true
        try {
          JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
        } catch {
          isValid = false
        }
        expect(found.problems.length === 0).toBe(isValid)
        expect(found).toEqual(scan(bytes, 'a'))
      },
    )
    fc.assert(property, { numRuns: 2000 })
  })

  it('is given up where it is another kind of file', () => {
    expect(scan(`[${'"a" : '.repeat(5000)}`, '.').problems.length).toBeLessThan(1010)
  })
})
