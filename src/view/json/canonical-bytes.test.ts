import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath } from '../../system/item-path.ts'
import { jsonAt, jsonPath, removeAt } from './at.ts'
import { CanonicalBytes } from './canonical-bytes.ts'
import { canonicalJson } from './json.ts'
import { readJson } from './read-json.ts'

const ignored = ['a', 'b.c', 'b.d[*]', 'list[*].a', '["ü\\""].b'].map((text) => jsonPath(parsePath(text)))
const names = fc.constantFrom('a', 'b', 'c', 'd', 'list', 'ü"', 'é', '__proto__', '', '\n', '😀', '\ufffd', 'a b')
const plain = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.50',
    '1e20',
    '12345678901234567890',
    '-7',
    '1E-400',
    '0.0',
    '-0.0',
    '0.87',
    '-12.5',
    '0.001',
    '0.05',
    '0.0000001',
    '1.25e1',
    '123456789012.125',
    '12345678901234.5',
    '0.',
  ),
  fc.constantFrom('"\\/"', '"\\u00e9"', '"\\u0001\\n"', '"\\ud83d\\ude00"', '"\\uD83D"', '"é😀\\\\"', '"a\\"b"'),
  fc.constantFrom('01', '-', '1.', '"\\x"', '"\n"', 'nul', 'True', '"', '', '"\\u12"'),
  fc.string().map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
)
const { value: anyText } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, plain, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(' ,\n')}]`),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(names, tie('value'), fc.constantFrom('', ' ')), {
        maxLength: 6,
        // Sometimes a name comes twice.
        selector: ([name, , blank]) => name + blank,
      }),
      fc.constantFrom('', ' ', '\n\t'),
    )
    .map(
      ([members, blank]) =>
        `{${members
          .map(([name, value, other]) => `${blank}${JSON.stringify(name)}${other}:${blank}${String(value)}`)
          .join(`${blank},`)}${blank}}`,
    ),
}))

/** By way of a tree. */
function slowly(text: string): { canonical: string; c: string | undefined } | undefined {
  try {
    const item = readJson(text)
    const c = jsonAt(item, jsonPath(parsePath('c')))
    for (const path of ignored) removeAt(item, path)
    return { canonical: canonicalJson(item), c: c && canonicalJson(c) }
  } catch {
    return undefined
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

describe('an item in canonical form, from its bytes', () => {
  it('is what a tree of its values gives, or nothing', () => {
    let read = 0
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 8 }), (texts) => {
        const bytes = new CanonicalBytes(ignored, ['"c"', '"x"'])
        for (const text of [...texts, ...texts].map(String)) {
          if (!bytes.read(Buffer.from(text))) continue
          read++
          const expected = slowly(text)
          expect(textOf(bytes.bytes)).toBe(expected?.canonical)
          const c = bytes.textOf(0)
          expect(c && canonicalJson(readJson(c))).toBe(expected?.c)
          expect(bytes.textOf(1)).toBeUndefined()
        }
      }),
      { numRuns: 1000 },
    )
    expect(read).toBeGreaterThan(300)
  })

  it('is found for every plain object, however it is written', () => {
    const bytes = new CanonicalBytes([], [])
    const item = fc.dictionary(fc.constantFrom('a', 'b', 'é', '"', 'n', 'z', 'A'), fc.jsonValue({ maxDepth: 3 }))
    fc.assert(
      fc.property(item, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(bytes.read(Buffer.from(text))).toBe(true)
        expect(textOf(bytes.bytes)).toBe(canonicalJson(readJson(text)))
        const types = Object.entries(JSON.parse(bytes.shape) as Record<string, string>)
        expect(types.map(([name]) => name).sort()).toEqual(Object.keys(value).sort())
        for (const [name, type] of types) expect(type).toBe(typeName(value[name]))
      }),
    )
  })

  it.each(['[1]', '1', '', ' ', '{"a":1,"a":2}', '{"b":{"a":1,"a":2}}', '{"a":1}x', '{"a":1,}', '{,}', '{"a" 1}', '{'])(
    'is not said of %s',
    (text) => expect(new CanonicalBytes([], []).read(Buffer.from(text))).toBe(false),
  )

  it('goes on after names without end', () => {
    const bytes = new CanonicalBytes([], [])
    for (let item = 0; item < 300; item++) {
      const map = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${item * 100 + index}`, index]))
      const text = JSON.stringify(map)
      expect(bytes.read(Buffer.from(text))).toBe(true)
      if (item % 50 === 0) expect(textOf(bytes.bytes)).toBe(canonicalJson(readJson(text)))
    }
    const [first, other] = ['{"b":1,"a":2}', '{"b":1,"a":[]}']
    for (const text of [first, other]) {
      expect(bytes.read(Buffer.from(text))).toBe(true)
      expect(textOf(bytes.bytes)).toBe(canonicalJson(readJson(text)))
    }
  })
})

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
