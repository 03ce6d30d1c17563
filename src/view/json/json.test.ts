import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath } from '../../system/item-path.ts'
import { copyAt, jsonAt, jsonPath, removeAt } from './at.ts'
import { canonicalJson, typeOf, writeJson } from './json.ts'
import { readJson } from './read-json.ts'

const canonical = (text: string): string => canonicalJson(readJson(text))
const path = (text: string) => jsonPath(parsePath(text))

/** The same value with the names of objects in another order, and blanks between. */
function otherwiseWritten(value: unknown, blank: string): string {
  if (Array.isArray(value)) return `[${blank}${value.map((one) => otherwiseWritten(one, blank)).join(`${blank},`)}]`
  if (typeof value !== 'object' || value === null) return `${blank}${JSON.stringify(value)}${blank}`
  const members = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}${blank}:${otherwiseWritten(one, blank)}`,
  )
  return `{${members.toReversed().join(`,${blank}`)}${blank}}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('reading JSON', () => {
  it('finds the value that JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(JSON.parse(writeJson(readJson(text)))).toEqual(JSON.parse(text))
        expect(JSON.parse(canonical(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('takes what JSON.parse takes, and nothing else', () => {
    const broken = fc
      .tuple(
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom(
          '',
          ',',
          '"',
          '\\',
          '{',
          '}',
          '[',
          ']',
          ':',
          '1',
          '-',
          '.',
          'e',
          '\n',
          ' ',
          '\u0001',
          'null',
          'é',
        ),
      )
      .map(([value, place, piece]) => {
        const text = JSON.stringify(value)
        const at = place % (text.length + 1)
        return text.slice(0, at) + piece + text.slice(at + (place % 2))
      })
    fc.assert(
      fc.property(broken, (text) => {
        if (isJson(text)) expect(() => readJson(text)).not.toThrow()
        else expect(() => readJson(text)).toThrow(SyntaxError)
      }),
      { numRuns: 3000 },
    )
  })

  it('does not repeat what is wrong, as it may be a secret', () => {
    expect(() => readJson('{"password": hunter2}')).toThrow('is not JSON at character 14')
    expect(() => readJson('["abc')).toThrow('ends too early')
    expect(() => readJson('["\\ud83d\\uzzzz"]')).toThrow('has a wrong escape in the text at character 2')
  })

  it('refuses what is nested too deeply, instead of running out of stack', () => {
    expect(() => readJson('['.repeat(1_000_000))).toThrow('nested more than 1000 deep')
    expect(() => readJson(`${'['.repeat(1000)}${']'.repeat(1000)}`)).not.toThrow()
  })

  it('loses no digit', () => {
    for (const number of ['12345678901234567890', '-9007199254740993', '0.12345678901234567', '1e400', '1e-400']) {
      expect(writeJson(readJson(`[${number}]`))).toBe(`[${number}]`)
    }
  })
})

describe('the canonical form', () => {
  it('does not depend on the order of names, blanks and how text is escaped', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\n\t'), (value, blank) => {
        const text = JSON.stringify(value)
        expect(canonical(otherwiseWritten(JSON.parse(text), blank))).toBe(canonical(text))
      }),
      { numRuns: 500 },
    )
    expect(canonical('["\\u00e9\\/\\ud83d\\ude00"]')).toBe(canonical('["é/😀"]'))
  })

  it('is another for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [one, other] = [JSON.stringify(a), JSON.stringify(b)]
        const isSame = canonical(one) === canonical(other)
        expect(isSame).toBe(canonical(JSON.stringify(JSON.parse(one))) === canonical(other))
        if (isSame) expect(JSON.parse(one)).toEqual(JSON.parse(other))
      }),
    )
  })

  it.each([
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['1E+2', '100'],
    ['0.0', '0'],
  ])('takes %s for %s', (one, other) => {
    expect(canonical(one)).toBe(canonical(other))
  })

  it.each([
    ['9007199254740992', '9007199254740993'],
    ['0.1', '0.10000000000000001'],
    ['1', '"1"'],
    ['null', '"null"'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"a":1,"a":2}', '{"a":2,"a":1}'],
    ['{}', '[]'],
  ])('tells %s from %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other))
  })
})

describe('a value at a path', () => {
  const item = () => readJson('{"a":{"b":[1,{"c":2,"d":3}]},"odd.name":"x","n":1,"n":2,"é":true}')

  it('is found', () => {
    expect(jsonAt(item(), path('a.b'))).toEqual(['1', { names: ['"c"', '"d"'], values: ['2', '3'] }])
    expect(jsonAt(item(), path('["odd.name"]'))).toBe('"x"')
    expect(jsonAt(item(), path('n'))).toBe('2')
    expect(jsonAt(readJson('{"\\u00e9":true}'), path('é'))).toBe('true')
  })

  it.each(['a.x', 'a.b.c', 'n.x', 'a[*]', 'length', 'constructor', '__proto__'])('is nowhere: %s', (text) => {
    expect(jsonAt(item(), path(text))).toBeUndefined()
  })

  it('is removed, each time that it is there', () => {
    const left = (...texts: string[]): string => {
      const json = item()
      for (const text of texts) removeAt(json, path(text))
      return writeJson(json)
    }
    expect(left('n', 'a.b[*].c', 'é')).toBe('{"a":{"b":[1,{"d":3}]},"odd.name":"x"}')
    expect(left('a.b[*]', 'n.x', 'nothing', '[*]')).toBe('{"a":{"b":[]},"odd.name":"x","n":1,"n":2,"é":true}')
  })

  it.each([
    ['a', '{"a":1,"b":2}', '{"a":9}', '{"a":9,"b":2}'],
    ['a', '{"b":2}', '{"a":9}', '{"b":2,"a":9}'],
    ['a', '{"a":1,"b":2}', '{}', '{"b":2}'],
    ['a.b', '{"a":null}', '{"a":{"b":1}}', '{"a":{"b":1}}'],
    ['a.b', '{"a":[1]}', '{"a":{"b":1}}', '{"a":[1]}'],
    ['a.b', '{"a":{"b":1,"c":2}}', '{"a":null}', '{"a":{"c":2}}'],
    ['a[*].b', '{"a":[{"b":1},{"b":2}]}', '{"a":[{"b":3},{}]}', '{"a":[{"b":3},{}]}'],
    ['a[*].b', '{"a":[{"b":1}]}', '{"a":[{"b":3},{}]}', '{"a":[{"b":1}]}'],
    ['a[*]', '{"a":[1]}', '{"a":[2,3]}', '{"a":[2,3]}'],
  ])('is copied: %s of %s from %s', (text, json, other, result) => {
    const copied = readJson(json)
    copyAt(copied, readJson(other), path(text))
    expect(writeJson(copied)).toBe(result)
  })

  it('has a type', () => {
    const types = ['1', '-1', '"1"', 'true', 'null', '[]', '{}'].map((text) => typeOf(readJson(text)))
    expect(types).toEqual(['number', 'number', 'string', 'boolean', 'null', 'array', 'object'])
  })
})
