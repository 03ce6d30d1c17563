import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldText, itemsAt, parsePath, pathText, valueAt } from './item-path.ts'

const items = (path: string | undefined, body: unknown) =>
  itemsAt(path === undefined ? undefined : parsePath(path), body)

describe('parsePath', () => {
  it.each([
    'items',
    'data.children[*].data',
    '[*]',
    '[*].id',
    'a["odd.key"]',
    "['a b'].c",
    'größe.日本',
    'a[*][*]',
    '@id',
    'users{*}',
    '{*}.posts[*]',
    'shops{shop}{item}',
  ])('reads %s', (text) => expect(parsePath(text).text).toBe(text))

  it.each([
    '',
    ' ',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a[',
    'a[]',
    'a[0]',
    'a[b]',
    'a.[*]',
    '[*]a',
    'a["b]',
    'a["\\x"]',
    'a]',
    'a{}',
    'a{*',
    'a.{*}',
    '{*}a',
    'a{b c}',
    'a{*}{*}',
    'a{_name}[*]{*}',
  ])('refuses "%s"', (text) => expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: 'config' })))

  it('says what to do about a path of another language', () => {
    expect(() => parsePath('$.items')).toThrow(expect.objectContaining({ hint: 'Leave out the "$" at its beginning.' }))
  })

  it('finds any key that is quoted as JSON does it', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        const body = JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as unknown
        expect(valueAt(parsePath(`[${JSON.stringify(key)}]`), body)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('gives a path or a config error for any text', () => {
    const parts = fc
      .array(fc.constantFrom('a', '.', '[', ']', '*', '"', "'", '[*]', '\\', '$', ' '))
      .map((p) => p.join(''))
    fc.assert(
      fc.property(fc.oneof(fc.string(), parts), (text) => {
        try {
          expect(parsePath(text).steps.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'UnsiloError', code: 'config' })
        }
      }),
    )
  })
})

describe('itemsAt', () => {
  it('takes the body itself when there is no path', () => {
    expect(items(undefined, [1, 2])).toEqual({ found: 'items', items: [1, 2] })
    expect(items(undefined, [])).toEqual({ found: 'items', items: [] })
    expect(items(undefined, { items: [1] })).toEqual({ found: 'missing', items: [] })
    expect(items(undefined, null)).toEqual({ found: 'null', items: [] })
    expect(items(undefined, 'text')).toEqual({ found: 'missing', items: [] })
  })

  it('takes the elements of a list, with or without [*] at the end', () => {
    const body = { data: { rows: [{ id: 1 }, null] } }
    expect(items('data.rows', body)).toEqual({ found: 'items', items: [{ id: 1 }, null] })
    expect(items('data.rows[*]', body)).toEqual(items('data.rows', body))
    expect(items('[*]', [1])).toEqual({ found: 'items', items: [1] })
  })

  it('goes through each element', () => {
    const body = { data: { children: [{ data: { id: 1 } }, { data: { id: 2 } }] } }
    expect(items('data.children[*].data', body)).toEqual({ found: 'items', items: [{ id: 1 }, { id: 2 }] })
    expect(items('[*].list[*]', [{ list: [1, 2] }, { list: [] }, { list: [3] }]).items).toEqual([1, 2, 3])
    expect(items('[*].list', [{ list: [1, 2] }]).items).toEqual([[1, 2]])
  })

  it('tells null from missing', () => {
    expect(items('data.rows', { data: null })).toEqual({ found: 'null', items: [] })
    expect(items('data.rows', { data: { rows: null } })).toEqual({ found: 'null', items: [] })
    expect(items('data.rows[*].id', { data: { rows: null } })).toEqual({ found: 'null', items: [] })
    expect(items('data.rows', null)).toEqual({ found: 'null', items: [] })
    expect(items('data.rows', {})).toEqual({ found: 'missing', items: [] })
    expect(items('data', { data: { a: 1 } })).toEqual({ found: 'missing', items: [] })
    expect(items('data', { data: 'text' })).toEqual({ found: 'missing', items: [] })
  })

  it('leaves out elements that lack the rest of the path, unless all of them do', () => {
    expect(items('[*].a', [{ a: 1 }, {}, { a: null }])).toEqual({ found: 'items', items: [1] })
    expect(items('[*].a', [{ b: 1 }, {}])).toEqual({ found: 'missing', items: [] })
    expect(items('[*].a[*]', [{ a: null }])).toEqual({ found: 'items', items: [] })
    expect(items('[*].a', [])).toEqual({ found: 'items', items: [] })
  })

  it('goes through each value of a map, and gives each the keys that lead there', () => {
    const body = { users: { ada: { id: 1 }, bob: { id: 2, _name: 'Bob' }, eve: 3, x: null } }
    expect(items('users{*}', body)).toEqual({
      found: 'items',
      items: [
        { _name: 'ada', id: 1 },
        { _name: 'Bob', id: 2 },
        { _name: 'eve', value: 3 },
        { _name: 'x', value: null },
      ],
    })
    expect(items('{user}{n}', { a: { b: [1] } }).items).toEqual([{ user: 'a', n: 'b', value: [1] }])
    expect(items('{user}[*]', { a: [{ n: 1 }, { n: 2 }], b: [] }).items).toEqual([
      { user: 'a', n: 1 },
      { user: 'a', n: 2 },
    ])
    expect(items('{*}', {})).toEqual({ found: 'items', items: [] })
    expect(items('{*}', null)).toEqual({ found: 'null', items: [] })
    expect(items('{*}', [1])).toEqual({ found: 'missing', items: [] })
    expect(items('{*}.a', { x: {}, y: 1 })).toEqual({ found: 'missing', items: [] })
  })

  it('takes more items than a call takes arguments', () => {
    const body = Array.from({ length: 300_000 }, (_, id) => ({ list: [id] }))
    expect(items('[*].list[*]', body).items).toHaveLength(300_000)
  })
})

describe('valueAt', () => {
  it('gives null as null, and nothing for what is missing', () => {
    expect(valueAt(parsePath('a.b'), { a: { b: null } })).toBeNull()
    expect(valueAt(parsePath('a.b'), { a: null })).toBeUndefined()
    expect(valueAt(parsePath('a.b'), { a: 'text' })).toBeUndefined()
    expect(valueAt(parsePath('a[*]'), { a: [1] })).toBeUndefined()
  })

  it('finds only what the document itself holds', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'length'])
      for (const value of [{}, [1], 'text']) expect(valueAt(parsePath(key), value)).toBeUndefined()
    expect(valueAt(parsePath('__proto__.a'), JSON.parse('{"__proto__":{"a":1}}'))).toBe(1)
  })
})

it('reads paths in a configuration, and only single values where one is needed', () => {
  expect(pathText.parse('a[*]').text).toBe('a[*]')
  expect(fieldText.parse('a.b').text).toBe('a.b')
  expect(fieldText.safeParse('a[*].b').error?.issues[0]?.message).toBe(
    '"a[*].b" leads to many values, and one is needed',
  )
})

it('takes the whole body for the one item at "."', () => {
  const whole = pathText.parse('.')
  expect(itemsAt(whole, { id: 1 })).toEqual({ found: 'items', items: [{ id: 1 }] })
  expect(itemsAt(whole, [1, 2])).toEqual({ found: 'items', items: [1, 2] })
  expect(itemsAt(whole, null)).toEqual({ found: 'null', items: [] })
})
