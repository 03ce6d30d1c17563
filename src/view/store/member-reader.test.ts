import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineBytes } from './line-bytes.ts'
import { MemberReader } from './member-reader.ts'

/** The members of each object, as they stand there. */
function readAll(items: readonly string[]): ([string, string][] | undefined)[] {
  const reader = new MemberReader((name) => name)
  return items.map((item) => {
    if (!reader.read(Buffer.from(item))) return undefined
    return Array.from({ length: reader.count }, (_, at) => {
      expect(reader.fields[at]).toBe(reader.names[at])
      return [reader.names[at]!, reader.raw(at)]
    })
  })
}

const kindsOf = (item: string): string[] => {
  const reader = new MemberReader((name) => name)
  reader.read(Buffer.from(item))
  return reader.kinds.slice(0, reader.count)
}

describe('MemberReader', () => {
  it('finds the members that JSON.parse finds, each as it stands there, whatever items came before', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'ü', '"', '\\', '__proto__', ''), fc.string())
    const object = fc.dictionary(key, fc.jsonValue(), { maxKeys: 6, noNullPrototype: true })
    const indent = fc.constantFrom(undefined, 1, '\t', '\r\n ')
    const property = fc.property(fc.array(fc.tuple(object, indent), { maxLength: 8 }), (objects) => {
      const items = objects.map(([value, space]) => JSON.stringify(value, null, space))
      const found = readAll(items).map((members) => members!.map(([name, raw]) => [name, JSON.parse(raw) as unknown]))
      expect(found).toEqual(items.map((item) => Object.entries(JSON.parse(item) as object)))
      for (const [index, members] of readAll(items).entries())
        for (const [, raw] of members!) expect(items[index]).toContain(raw)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('keeps every digit, and takes the last of two values of one name', () => {
    expect(
      readAll(['{ "n": 12345678901234567890.50 , "k": 1, "m":-1E+5, "k" : [1, "]}\\"" ] }', '{"k":1,"k":2}']),
    ).toEqual([
      [
        ['n', '12345678901234567890.50'],
        ['k', '[1, "]}\\"" ]'],
        ['m', '-1E+5'],
      ],
      [['k', '2']],
    ])
    expect(kindsOf('{"a":1,"b":"x","c":{},"d":[],"e":true,"f":false,"g":null,"a":"y"}').join(' ')).toBe(
      'text text nested nested boolean boolean null',
    )
  })

  it('says that other values are no objects', () => {
    expect(readAll(['[1]', '"{"', '12', ' { } ', '{}'])).toEqual([undefined, undefined, undefined, [], []])
    const reader = new MemberReader((name) => name)
    reader.readOnly('value', Buffer.from('12'))
    expect([reader.count, reader.names[0], reader.raw(0), reader.kinds[0]]).toEqual([1, 'value', '12', 'number'])
  })

  it('tells of escapes that may be half a character', () => {
    const reader = new MemberReader((name) => name)
    const tells = [
      String.raw`{"a":"\ud83d"}`,
      '{"a":"x"}',
      String.raw`{"a":["\\","\uDE00"]}`,
      String.raw`{"a":"\\ud83d"}`,
    ]
    expect(
      tells.map((item) => {
        reader.read(Buffer.from(item))
        return reader.hasSurrogates
      }),
    ).toEqual([true, false, true, false])
  })

  it('reads objects that are maps', () => {
    const items = Array.from({ length: 300 }, (_, index) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (__, key) => [`k${index * 60 + key}`, key]))),
    )
    expect(readAll([...items, ...items]).map((members) => JSON.stringify(Object.fromEntries(members!)))).toEqual(
      [...items, ...items].map((item) => item.replaceAll(/:(\d+)/g, ':"$1"')),
    )
  })
})

describe('LineBytes', () => {
  it('puts together text, bytes and JSON as a text', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => ({ text })),
      fc.tuple(fc.jsonValue(), fc.constantFrom(undefined, '\t', '\r\n')).map(([value, space]) => ({
        json: JSON.stringify(value, null, space),
      })),
    )
    const property = fc.property(fc.array(part), (parts) => {
      const line = new LineBytes()
      let expected = ''
      for (const one of parts) {
        if ('text' in one) {
          line.addText(one.text)
          line.add(Buffer.from(one.text))
          expected += one.text + one.text
        } else {
          const json = Buffer.from(`<${one.json}>`)
          line.addQuoted(json, 1, json.length - 1)
          expected += JSON.stringify(one.json)
        }
      }
      expect(Buffer.from(line.bytes).toString()).toBe(Buffer.from(expected).toString())
    })
    fc.assert(property)
  })

  it('grows', () => {
    const line = new LineBytes()
    const large = Buffer.alloc(3_000_000, 'a"')
    line.addText('é')
    line.add(large)
    line.addQuoted(large)
    expect(line.size).toBe(2 + 3_000_000 + 2 + 4_500_000)
    expect(Buffer.from(line.bytes.subarray(-4)).toString()).toBe('a\\""')
  })
})
