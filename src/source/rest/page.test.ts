import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { openPages, seen } from './page/pages.fixture.ts'
import { pageConfig, pageSizeOf } from './page.ts'

const first: unknown = expect.objectContaining({ code: 'wrong-content' })

describe('openPager', () => {
  it('takes missing or null items as an empty page, except on the first', () => {
    for (const found of ['missing', 'null'] as const) {
      const pager = openPages({ kind: 'number' })
      pager.after(seen([1]))
      expect(pager.after(seen(undefined, { found }))).toEqual({ end: 'an empty page', complete: true })
      expect(() => openPages({ kind: 'number' }).after(seen(undefined, { found }))).toThrow(first)
    }
    expect(openPages({ kind: 'number' }).after(seen([]))).toEqual({ end: 'an empty page', complete: true })
  })

  it.each([
    [{ data: 1, next: 'secret' }, 'no list; the body has the keys data, next'],
    [{}, 'the body is an empty table'],
    [[1, 2], 'the body is a list of 2'],
    [null, 'the body is null'],
    ['secret', 'the body is a string'],
    [Object.fromEntries(Array.from({ length: 23 }, (_, key) => [`k${key}`, 1])), 'k19, 3 more'],
    [{ ['x'.repeat(50)]: 1 }, `${'x'.repeat(40)}…`],
  ])('says what the first page is instead, but no values: %j', (body, message) => {
    const act = () => openPages({ kind: 'none' }).after(seen(undefined, { body }))
    expect(act).toThrow(message)
    expect(act).not.toThrow('secret')
  })

  it('goes on after an empty page only when told so', () => {
    const next = seen([], { body: { next: '?page=2' } })
    const config = { kind: 'next-url', at: 'next' } as const
    expect(openPages({ ...config, empty: 'stop' }).after(next)).toEqual({ end: 'an empty page', complete: true })
    expect(openPages(config).after(next)).toEqual({
      end: 'an empty page, although the server names a next one',
      complete: false,
    })
    expect(openPages({ ...config, empty: 'continue' }).after(next)).toEqual({ next: { url: '?page=2' } })
  })

  it.each([[false], [null], [0], [''], [undefined]])('ends when `more` is %s', (more) => {
    const pager = openPages({ kind: 'token', at: 'next', param: 'n', more: 'more' })
    expect(pager.after(seen([1], { body: { next: 'x', more } }))).toEqual({
      end: 'the server says at more that there is no more',
      complete: true,
    })
  })

  it('is not complete when the server says that there is more, and not how to get it', () => {
    const pager = openPages({ kind: 'token', at: 'next', param: 'n', more: 'more' })
    expect(pager.after(seen([1], { body: { next: null, more: true } }))).toEqual({
      end: 'the server gives no token at next, although more says that there is more',
      complete: false,
    })
    expect(openPages({ kind: 'none', more: 'more' }).after(seen([1], { body: { more: true } }))).toMatchObject({
      complete: false,
    })
  })

  it('stops at `max`, which is not complete unless it is the end', () => {
    const pager = openPages({ kind: 'number', max: 2 })
    pager.after(seen([1]))
    expect(pager.after(seen([2]))).toEqual({ end: 'stopped at max = 2 pages', complete: false, isMeant: true })
    const whole = openPages({ kind: 'number', max: 1 })
    expect(whole.after(seen([]))).toEqual({ end: 'an empty page', complete: true })
    expect(openPages({ kind: 'number', max: 1 }).after(seen([1]))).toMatchObject({ end: 'stopped at max = 1 page' })
  })

  it('has one page with kind = "none"', () => {
    expect(openPages({ kind: 'none' }).first).toEqual({})
    expect(openPages({ kind: 'none' }).after(seen([1]))).toEqual({ end: 'there is one page', complete: true })
  })

  it('remembers ten thousand pages without trouble', () => {
    const pager = openPages({ kind: 'token', at: 'next', param: 'n' })
    for (let page = 1; page <= 10_000; page++)
      expect(pager.after(seen([page], { body: { next: `t${page}` } }))).toHaveProperty('next')
    expect(() => pager.after(seen([0], { body: { next: 't1' } }))).toThrow('no end')
  })
})

describe('pageConfig', () => {
  it('fills in what is usual', () => {
    expect(pageConfig.parse({ kind: 'number' })).toEqual({ kind: 'number', param: 'page', from: 1 })
    expect(pageConfig.parse({ kind: 'offset' })).toEqual({ kind: 'offset', param: 'offset' })
  })

  it.each([
    [{}, 'kind'],
    [{ kind: 'odd' }, 'kind'],
    [{ kind: 'token', at: 'a' }, 'param'],
    [{ kind: 'token', at: 'a[*]', param: 'x' }, 'at'],
    [{ kind: 'link', max: 0 }, 'max'],
    [{ kind: 'number', size_param: 'n' }, 'size'],
    [{ kind: 'offset', limit_param: 'n' }, 'size'],
    [{ kind: 'number', empty: 'continue' }, 'more'],
    [{ kind: 'offset', empty: 'continue' }, 'more'],
  ])('refuses %j', (config, key) => {
    expect(pageConfig.safeParse(config).error?.issues[0]?.path).toEqual([key])
  })

  it('refuses keys of another kind', () => {
    expect(pageConfig.safeParse({ kind: 'link', param: 'page' }).success).toBe(false)
  })

  it('describes every key for editors', () => {
    const { oneOf = [] } = z.toJSONSchema(pageConfig, { io: 'input' })
    expect(oneOf).toHaveLength(8)
    for (const kind of oneOf)
      for (const key of Object.values((kind as z.core.JSONSchema.ObjectSchema).properties ?? {}))
        expect(key).toHaveProperty('description')
  })
})

describe('pageSizeOf', () => {
  it('is `size`, or a param of one of the usual names', () => {
    const link = pageConfig.parse({ kind: 'link' })
    expect(pageSizeOf(pageConfig.parse({ kind: 'number', size: 7 }), { per_page: 9 })).toBe(7)
    expect(pageSizeOf(pageConfig.parse({ kind: 'number' }), { per_page: 9 })).toBe(9)
    expect(pageSizeOf(link, { per_page: '100' })).toBe(100)
    expect(pageSizeOf(link, { limit: 20, state: 'all' })).toBe(20)
    for (const params of [{}, { page: 3 }, { limit: 'all' }, { limit: true }, { count: 0 }, { size: '{n}' }])
      expect(pageSizeOf(link, params)).toBeUndefined()
    expect(pageSizeOf(link, { limit: 'all', count: 5 })).toBe(5)
  })
})
