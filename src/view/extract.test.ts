import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ViewDefinition } from './definition.ts'
import { parseKeyPart } from './key.ts'
import { type Extract, extractFrom, extractOf, found, pathsOf, viewOf } from './view.fixture.ts'

const plain = ({ items, duplicates, errors, bounds, fields }: Extract) => ({
  duplicates,
  errors,
  bounds,
  fields: new Map([...fields].map(([field, types]) => [field, new Set([...types].sort())])),
  items: [...items.values()].map(({ key, version, order, shape, json }) => {
    return { key, version, order, shape, json: Buffer.from(json).toString('latin1') }
  }),
})
const keysOf = (extract: Extract): string[] => [...extract.items.keys()]
const versionOf = async (item: unknown, view?: ViewDefinition) =>
  [...(await extractOf([item], view)).items.values()][0]!.version

/** Items of few keys and values, so that the same ones come again: as they were, re-ordered, with blanks, broken. */
const someItem = fc.oneof(
  fc.record(
    {
      id: fc.oneof(
        fc.nat(8),
        fc.constantFrom('3', 'é', '😀', null),
        fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 3n }),
      ),
      at: fc.oneof(fc.nat(5), fc.constantFrom('2024-01-01T00:00:00Z', 'x')),
      body: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.nat(2)),
      score: fc.nat(3),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue({ maxDepth: 1 }),
)
const write = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `big${one}` : one)).replaceAll(
    /"big(\d+)"/g,
    '$1',
  )
const someText = fc
  .tuple(someItem, fc.constantFrom('plain', 'blanks', 'reversed', 'twice', 'broken', 'no UTF-8'))
  .map(([value, way]): Uint8Array => {
    const text = write(value)
    if (way === 'blanks') return Buffer.from(text.replaceAll(',', ' ,\n').replace(/^\{/, '{ '))
    if (way === 'broken') return Buffer.from(text.slice(0, -1))
    if (way === 'no UTF-8')
      return Buffer.concat([Buffer.from('{"id":1,"body":"'), Buffer.from([0xff]), Buffer.from('"}')])
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return Buffer.from(text)
    if (way === 'reversed') return Buffer.from(write(Object.fromEntries(Object.entries(value).toReversed())))
    return Buffer.from(way === 'twice' ? text.replace(/^\{(?=.)/, '{"score":7,').replace(',}', '}') : text)
  })
const someView = fc.constantFrom(
  viewOf(),
  viewOf({ key: 'hash', ignore: pathsOf('score') }),
  viewOf({ key: pathsOf('id', 'at'), ignore: pathsOf('body[*]', 'body.a') }),
  viewOf({ window: { newest: 3, by: pathsOf('at')[0]! } }),
)

describe('an extract', () => {
  it('is the same with the parcel before as without it, for any items', async () => {
    const parcels = fc.array(fc.array(someText, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(parcels, someView, fc.array(fc.nat(), { maxLength: 20 }), async (lists, view, again) => {
        let previous: Extract | undefined
        let before: Uint8Array[] = []
        for (const list of lists) {
          // Most of a parcel is what the one before had.
          const kept = again
            .map((place) => before[place % Math.max(1, before.length)])
            .filter((one) => one !== undefined)
          const texts = [...list, ...kept]
          const quick = await extractFrom(texts.map(found), view, previous)
          expect(plain(quick)).toEqual(plain(await extractFrom(texts.map(found), view)))
          previous = quick
          before = texts
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is the same with any other extract', async () => {
    const list = fc.array(someText, { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(list, list, someView, async (texts, others, view) => {
        const other = await extractFrom(others.map(found), view)
        const quick = await extractFrom(texts.map(found), view, other)
        expect(plain(quick)).toEqual(plain(await extractFrom(texts.map(found), view)))
      }),
    )
  })

  it('takes over what is the same, byte for byte, and parses nothing of it', async () => {
    const items = Array.from({ length: 50 }, (_, id) => ({ id, body: 'b'.repeat(id) }))
    const before = await extractOf(items)
    const after = await extractOf([{ id: 99 }, ...items.slice(10), items[3]], viewOf(), before)
    expect(after.items.size).toBe(42)
    for (const [key, item] of after.items) if (key !== '99') expect(item.number).toBe(before.items.get(key)!.number)
  })

  it('does not confuse items that look alike in most of their bytes', async () => {
    const texts = Array.from({ length: 100 }, (_, id) => `{"id":${100 + id},"body":"${'x'.repeat(5000)}"}`)
    const before = await extractOf(texts)
    const after = await extractOf(texts.toReversed(), viewOf(), before)
    expect(keysOf(after)).toEqual(keysOf(await extractOf(texts.toReversed())))
  })

  it('keeps no part of what it was read from', async () => {
    const page = Buffer.from('{"id":1,"body":"before"}')
    const extract = await extractFrom([{ json: page.subarray(0), file: '' }], viewOf())
    page.fill(0)
    const { json } = extract.items.get('1')!
    expect(Buffer.from(json).toString()).toBe('{"id":1,"body":"before"}')
  })

  it('has the last of items with one key, at its place, and counts the others', async () => {
    const extract = await extractOf([{ id: 1, n: 1 }, { id: 2 }, { id: 1, n: 2 }, { id: 1, n: 3 }])
    expect(keysOf(extract)).toEqual(['2', '1'])
    expect(Buffer.from(extract.items.get('1')!.json).toString()).toBe('{"id":1,"n":3}')
    expect(extract.duplicates).toBe(2)
  })

  it('goes on after items that cannot be read', async () => {
    const unreadable = [{ problem: 'is no CSV', file: 'b.csv' }]
    const texts = ['{"id":1', '{"name":"x"}', '{"id":null}', '["id"]', '[1]', '{"id":"2"}'].map(found)
    const extract = await extractFrom([...unreadable, ...texts], viewOf())
    expect(extract.errors).toEqual([
      { problem: 'is no CSV', file: 'b.csv' },
      { problem: 'ends too early', file: '', path: 'item 1' },
      ...[2, 3, 4, 5].map((place) => ({
        problem: 'has no "id" to tell it from others',
        file: '',
        path: `item ${place}`,
        hash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      })),
    ])
    expect(keysOf(extract)).toEqual(['2'])
  })

  it('reads items from a stream', async () => {
    async function* items() {
      yield found('{"id":1}')
      yield { problem: 'broke off', file: '' }
    }
    const extract = await extractFrom(items())
    expect([keysOf(extract), extract.errors]).toEqual([['1'], [{ problem: 'broke off', file: '' }]])
    const batches = [[], [found('{"id":1}')], { problem: 'broke off', file: '' }]
    expect(plain(await extractFrom(batches, viewOf()))).toEqual(plain(extract))
  })

  it('has keys of every plain kind, exactly', async () => {
    const texts = [
      '{"id":12345678901234567891}',
      '{"id":12345678901234567892}',
      '{"id":"a b"}',
      '{"id":true}',
      '{"id":1.50}',
    ]
    expect(keysOf(await extractOf(texts))).toEqual([
      '12345678901234567891',
      '12345678901234567892',
      'a b',
      'true',
      '1.5',
    ])
    const several = viewOf({ key: pathsOf('a.b', 'c') })
    expect(keysOf(await extractOf(['{"a":{"b":1},"c":"x"}'], several))).toEqual(['["1","x"]'])
  })

  it('has keys that are lists or objects, in any order of names', async () => {
    const texts = ['{"id":[1,"a"]}', '{"id":{"b":1.0,"a":null}}', '{"id":{ "a": null, "b": 1}}', '{"id":{}}']
    const extract = await extractOf(texts)
    expect(keysOf(extract)).toEqual(['[1,"a"]', '{"a":null,"b":1}', '{}'])
    expect(extract.duplicates).toBe(1)
  })

  const viewBy = (...parts: string[]) => viewOf({ key: parts.map(parseKeyPart) })

  it('has keys without a part that may be missing, told apart from any value', async () => {
    const items = [{ id: 1 }, { id: 1, code: null }, { id: 1, code: 'x' }, { id: 1, code: '' }, { id: 1, code: 'null' }]
    const extract = await extractOf(items, viewBy('id', 'code?'))
    expect(keysOf(extract)).toEqual(['["1",null]', '["1","x"]', '["1",""]', '["1","null"]'])
    const without = await extractOf([{ code: 'x' }, {}], viewBy('id', 'code?'))
    expect(without.errors.map(({ problem }) => problem)).toEqual(Array(2).fill('has no "id" to tell it from others'))
    const nothing = await extractOf([{}, { a: 1 }], viewBy('a?', 'b?'))
    expect(nothing.errors.map(({ problem }) => problem)).toEqual(['has nothing to tell it from others'])
    expect(keysOf(nothing)).toEqual(['["1",null]'])
  })

  it('has the same key for an item whose field was renamed, the first that it has', async () => {
    const extract = await extractOf(
      [{ old: 7 }, { new: { id: 8 }, old: 1 }, { old: null, x: 1 }],
      viewBy('new.id | old'),
    )
    expect(keysOf(extract)).toEqual(['7', '8'])
    expect(extract.errors.map(({ problem }) => problem)).toEqual(['has no "new.id | old" to tell it from others'])
  })

  it('has the same key for a time however it is written, and any other text as it is', async () => {
    const view = viewBy('timestampMs :: epoch-ms | timestamp :: timestamp')
    const items = [
      { timestampMs: '1622620800120' },
      { timestamp: '2021-06-02T08:00:00.12Z' },
      { timestamp: '2021-06-02T10:00:00.120+02:00' },
      { timestamp: 'soon' },
    ]
    expect(keysOf(await extractOf(items, view))).toEqual(['2021-06-02 08:00:00.12', 'soon'])
  })

  it('has the item without what is ignored as its key, if that is to be its hash, and counts those that are the same', async () => {
    const view = viewOf({ key: 'hash', ignore: pathsOf('score') })
    const items = [{ a: 1, score: 1 }, { score: 2, a: 1 }, { a: 2 }, [1], 'text', null, { a: 1 }]
    const extract = await extractOf(
      items.map((item) => JSON.stringify(item)),
      view,
    )
    expect(extract.duplicates).toBe(0)
    const { version } = extract.items.values().next().value!
    expect(keysOf(extract).filter((key) => key.startsWith(version))).toEqual([version, `${version}-2`, `${version}-3`])
    for (const item of extract.items.values()) expect(item.key.replace(/-\d+$/, '')).toBe(item.version)
    expect(extract.items.size).toBe(7)
  })

  it('has of equal items as many as the file with most of them', async () => {
    const row = fc.constantFrom('a', 'b', 'c')
    const files = fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 3 })
    const parcels = fc.array(files, { minLength: 1, maxLength: 3 })
    const count = (rows: readonly string[], one: string): number => rows.filter((other) => other === one).length
    await fc.assert(
      fc.asyncProperty(parcels, async (lists) => {
        let previous: Extract | undefined
        for (const list of lists) {
          const items = list.flatMap((rows, file) => rows.map((one) => ({ ...found(`"${one}"`), file: `${file}` })))
          previous = await extractFrom(items, viewOf({ key: 'hash' }), previous)
          const shown = [...previous.items.values()].map(
            ({ json }) => JSON.parse(Buffer.from(json).toString()) as string,
          )
          const expected = ['a', 'b', 'c'].flatMap((one) =>
            Array<string>(Math.max(0, ...list.map((rows) => count(rows, one)))).fill(one),
          )
          expect(shown.sort()).toEqual(expected)
          expect(previous.duplicates).toBe(items.length - expected.length)
        }
      }),
    )
  })

  it('numbers equal items below the same parents', async () => {
    const items = ['7', '7', '8'].map((parent) => ({ ...found('{"a":1}'), parents: [parent] }))
    const view = viewOf({ key: 'hash' })
    const before = await extractFrom(items, view)
    const [first, second] = keysOf(before)
    expect(second).toBe(first!.replace(/"]$/, '-2"]'))
    const after = await extractFrom(items.toReversed(), view, before)
    expect(keysOf(after).sort()).toEqual(keysOf(before).sort())
    expect(new Set([...after.items.values()].map(({ number }) => number))).toEqual(new Set([0, 1, 2]))
  })

  it('takes the order of names and blanks for no change', async () => {
    expect(await versionOf('{ "b": [1, 2], "a": {"d": 1, "c": 2}, "id": 1 }')).toBe(
      await versionOf('{"id":1,"a":{"c":2,"d":1},"b":[1,2]}'),
    )
    expect(await versionOf('{"id":1,"b":[1,2]}')).not.toBe(await versionOf('{"id":1,"b":[2,1]}'))
    expect(await versionOf('{"id":1,"n":9007199254740992}')).not.toBe(await versionOf('{"id":1,"n":9007199254740993}'))
    expect(await versionOf({ id: 1 })).toMatch(/^[0-9a-f]{32}$/)
  })

  it('takes what is ignored for no change', async () => {
    const view = viewOf({ ignore: pathsOf('score', 'author.karma', 'comments[*].ups') })
    const item = { id: 1, score: 1, author: { name: 'x', karma: 1 }, comments: [{ ups: 1, text: 'a' }] }
    const voted = { id: 1, author: { karma: 2, name: 'x' }, comments: [{ ups: 2, text: 'a' }] }
    expect(await versionOf(item, view)).toBe(await versionOf(voted, view))
    expect(await versionOf(item, view)).not.toBe(await versionOf({ ...item, author: { name: 'y' } }, view))
  })

  it('knows the bounds of a window', async () => {
    const view = viewOf({ window: { newest: 3, by: pathsOf('at')[0]! } })
    const items = [{ id: 1, at: 5 }, { id: 2, at: 9 }, { id: 3 }, { id: 4, at: '7' }]
    expect((await extractOf(items, view)).bounds).toEqual({ low: 5, high: 9 })
    expect((await extractOf([{ id: 3 }], view)).bounds).toBeUndefined()
    expect((await extractOf(items)).bounds).toBeUndefined()
  })

  it('knows the fields and their types', async () => {
    const { fields } = await extractOf([
      { id: 1, a: null, b: [] },
      { id: '2', a: {} },
      { id: 3, ['__proto__']: true },
    ])
    expect(Object.fromEntries([...fields].map(([name, types]) => [`=${name}`, [...types].sort()]))).toEqual({
      '=id': ['number', 'string'],
      '=a': ['null', 'object'],
      '=b': ['array'],
      '=__proto__': ['boolean'],
    })
  })
})
