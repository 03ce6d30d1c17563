import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { viewOf } from '../view.fixture.ts'
import { ColumnKind, convert } from './column-kind.ts'
import { itemColumns } from './item-columns.ts'
import { LineBytes } from './line-bytes.ts'
import { rawAt, rawMembers, rawValue, readText, withWholeCharacters } from './raw-json.ts'

describe('rawMembers', () => {
  it('finds the members that JSON.parse finds, each as it stands there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
        const text = JSON.stringify(object, null, indent)
        const found = [...rawMembers(text)!].map(([key, { raw }]) => [key, JSON.parse(raw) as unknown])
        expect(found).toEqual(Object.entries(JSON.parse(text) as object))
      }),
    )
  })

  it('keeps every digit, and takes the last of two members with one key', () => {
    const members = rawMembers('{ "n": 12345678901234567890.50 , "k": 1, "k" : [1, "]}" ] }')!
    expect(Object.fromEntries(members)).toEqual({
      n: { kind: 'number', raw: '12345678901234567890.50' },
      k: { kind: 'nested', raw: '[1, "]}" ]' },
    })
  })

  it('says that a list has none', () => expect(rawMembers('[1]')).toBeUndefined())

  it('walks down paths of keys', () => {
    expect(rawAt('{"a":{"b c":"x\\n"}}', ['a', 'b c'])).toEqual({ kind: 'text', raw: '"x\\n"' })
    expect(rawAt('{"a":1}', ['a', 'b'])).toBeUndefined()
    expect(readText('"x\\n"')).toBe('x\n')
  })
})

describe('withWholeCharacters', () => {
  it.each([
    [String.raw`"\ud83d\ude00"`, String.raw`"\ud83d\ude00"`],
    [String.raw`"\ud83d!"`, String.raw`"\ufffd!"`],
    [String.raw`"\\ud83d"`, String.raw`"\\ud83d"`],
    [String.raw`"\uDE00\ud83d"`, String.raw`"\ufffd\ufffd"`],
  ])('makes of %s %s', (given, expected) => expect(withWholeCharacters(given)).toBe(expected))
})

describe('the type of a column', () => {
  const typeOf = (...raws: string[]): string => {
    const kind = new ColumnKind()
    for (const raw of raws) kind.add(rawValue(raw).kind, raw)
    return kind.type
  }

  it.each([
    [['null'], 'text'],
    [['1', '-9223372036854775808'], 'integer'],
    [['1', '9223372036854775808'], 'whole'],
    [['1', '1'.repeat(39)], 'text'],
    [['1', '1.5'], 'number'],
    [['9007199254740993', '1.5'], 'text'],
    [['1e400'], 'text'],
    [['true', 'null'], 'boolean'],
    [['true', '1'], 'text'],
    [['"1"', '1'], 'text'],
    [['"a"', '{"b":1}'], 'json'],
    [['1', '[]'], 'json'],
  ])('of %j is %s', (raws, type) => expect(typeOf(...raws)).toBe(type))
})

describe('convert', () => {
  it.each([
    ['integer', ' 12.0', '12'],
    ['integer', '12.7', undefined],
    ['integer', '9223372036854775808', undefined],
    ['number', '1e3', '1e3'],
    ['number', '1,5', undefined],
    ['boolean', 'No', 'false'],
    ['boolean', 'maybe', undefined],
    ['timestamp', '2026-03-01T06:00:00+02:00', '2026-03-01 04:00:00'],
    ['timestamp', '2026-03-01 06:00:00.1234567', '2026-03-01 06:00:00.123456'],
    ['timestamp', '20260301T060000Z', '2026-03-01 06:00:00'],
    ['timestamp', 'Tue, 03 Mar 2020 10:00:00 +0100', '2020-03-03 09:00:00'],
    ['timestamp', '2023-02-30', undefined],
    ['timestamp', 'soon', undefined],
    ['date', '2026-03-01T23:30:00-02:00', '2026-03-02'],
    ['date', '20260301', '2026-03-01'],
    ['epoch', '1577836800.5', '2020-01-01 00:00:00.500000'],
    ['epoch', '-1', '1969-12-31 23:59:59'],
    ['epoch', '1577836800000', undefined],
    ['epoch-ms', '1577836800001', '2020-01-01 00:00:00.001000'],
    ['timestamp', '2023-01-01 10:00:00 UTC', '2023-01-01 10:00:00'],
    ['timestamp', '2023-01-01T10:00:00.25GMT', '2023-01-01 10:00:00.25'],
    ['timestamp', 'Mon Jan 01 10:00:00 +0200 2024', '2024-01-01 08:00:00'],
    ['timestamp', 'Mon Jan 01 10:00:00 2024', undefined],
  ] as const)('reads %s of %j as %j', (type, text, expected) => expect(convert(type, text)).toBe(expected))
})

describe('columns that are named', () => {
  const path = (...steps: string[]) => ({ text: steps.join('.'), steps })
  const columns = {
    first: { path: path('x'), type: undefined },
    now: { path: path('x'), type: undefined },
    deep: { path: path('a', 'n'), type: 'integer' as const },
  }
  const line = (item: string, preferred?: Record<string, string>): [line: string, problems: string[]] => {
    const bytes = new LineBytes()
    const problems: string[] = []
    itemColumns(viewOf({ columns })).add(
      Buffer.from(item),
      bytes,
      ({ column, problem }) => problems.push(`${column}: ${problem}`),
      preferred && new Map(Object.entries(preferred).map(([name, json]) => [name, Buffer.from(json)])),
    )
    return [Buffer.from(bytes.bytes).toString(), problems]
  }

  it('have each its own value of an item, though they have one path', () => {
    expect(line('{"x":"new","a":{"n":2}}')).toEqual([',"s0":"new","s1":"new","c2":"2"', []])
    expect(line('{"x":"new","a":{"n":2}}', { first: '{"x":"old"}' })).toEqual([',"s1":"new","c2":"2","s0":"old"', []])
    expect(line('{"x":"new"}', { first: '{"y":1}', deep: '{"a":{"n":"two"}}' })).toEqual([
      ',"s1":"new"',
      ['deep: "two" is no integer'],
    ])
  })
})
