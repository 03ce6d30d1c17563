import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageRequest } from '../page.ts'
import { openPages, seen, walk } from './pages.fixture.ts'

const list = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))
const numbered = (items: unknown[], size: number) => (request: PageRequest) => {
  const page = Number(request.params?.['page'])
  return seen(items.slice((page - 1) * size, page * size))
}
const counted = (items: unknown[], size: number) => (request: PageRequest) => {
  const offset = Number(request.params?.['offset'])
  return seen(items.slice(offset, offset + size))
}

describe('number', () => {
  it('counts from `from` until a page is empty', () => {
    const { requests, end } = walk(openPages({ kind: 'number' }), numbered(list(4), 2))
    expect(requests.map(({ params }) => params)).toEqual([{ page: 1 }, { page: 2 }, { page: 3 }])
    expect(end).toEqual({ end: 'an empty page', complete: true })
    expect(openPages({ kind: 'number', param: 'p', from: 0 }).first).toEqual({ params: { p: 0 } })
  })

  it('sends the size, and ends at a page that is shorter', () => {
    const pager = openPages({ kind: 'number', size_param: 'per_page', size: 3 })
    const { requests, end } = walk(pager, numbered(list(7), 3))
    expect(requests.at(-1)).toEqual({ params: { page: 3, per_page: 3 } })
    expect(requests).toHaveLength(3)
    expect(end).toEqual({ end: 'a page that is not full', complete: true })
  })

  it('gets all from a server that gives fewer than are asked for', () => {
    for (const [count, requests] of [
      [250, 3],
      [300, 4],
      [100, 2],
      [37, 1],
      [40, 2],
    ] as const) {
      const walked = walk(openPages({ kind: 'number', size: 1000 }), numbered(list(count), 100))
      expect(walked.items).toHaveLength(count)
      expect(walked.requests).toHaveLength(requests)
    }
  })

  it('goes by `more` rather than by the length of a page', () => {
    const pager = openPages({ kind: 'number', size: 3, more: 'more' })
    const page = (items: unknown[], more: unknown) => seen(items, { body: { more } })
    expect(pager.after(page(list(1), true))).toEqual({ next: { params: { page: 2 } } })
    expect(pager.after(page(list(3), false))).toEqual({
      end: 'the server says at more that there is no more',
      complete: true,
    })
  })

  it('does not believe a page to be the last one when the server says that there is more', () => {
    const pager = openPages({ kind: 'number', more: 'more' })
    expect(pager.after(seen([], { body: { more: true } }))).toEqual({
      end: 'an empty page, although more says that there is more',
      complete: false,
    })
  })

  it('goes on after an empty page when told so', () => {
    const pager = openPages({ kind: 'number', empty: 'continue', more: 'more' })
    for (const page of [2, 3, 4, 5])
      expect(pager.after(seen([], { body: { more: 1 } }))).toEqual({ next: { params: { page } } })
    expect(pager.after(seen([], { body: {} }))).toMatchObject({ complete: true })
  })

  it('refuses a server that does not turn the page', () => {
    expect(() => walk(openPages({ kind: 'number' }), () => seen(list(2)))).toThrow(
      'the server gives the same page again and again, whatever page is',
    )
  })

  it('allows for a page that came again because as many items came in', () => {
    const pages = [list(2), list(2), [{ id: 5 }], []]
    expect(walk(openPages({ kind: 'number' }), () => seen(pages.shift())).items).toHaveLength(5)
  })
})

describe('offset', () => {
  it('goes on by the number of items that it got', () => {
    const pager = openPages({ kind: 'offset', limit_param: 'limit', size: 5 })
    const { requests, items } = walk(pager, counted(list(12), 5))
    expect(requests.map(({ params }) => params)).toEqual([0, 5, 10].map((offset) => ({ limit: 5, offset })))
    expect(items).toEqual(list(12))
    const capped = walk(openPages({ kind: 'offset', size: 1000 }), counted(list(23), 10))
    expect(capped.items).toEqual(list(23))
  })

  it('goes over an empty page by its size, and refuses to stand still', () => {
    const more = seen([], { body: { more: true } })
    const pager = openPages({ kind: 'offset', size: 5, empty: 'continue', more: 'more' })
    expect(pager.after(more)).toEqual({ next: { params: { offset: 5 } } })
    expect(pager.after(more)).toEqual({ next: { params: { offset: 10 } } })
    const lost = openPages({ kind: 'offset', empty: 'continue', more: 'more' })
    lost.after(more)
    expect(() => lost.after(more)).toThrow('no end')
  })
})

it('gets each item once, whatever the sizes, while nothing changes', () => {
  const numbers = fc.record({
    count: fc.nat(60),
    size: fc.integer({ min: 1, max: 40 }),
    cap: fc.constantFrom(10, 16, 25, 1000),
    known: fc.boolean(),
  })
  fc.assert(
    fc.property(numbers, fc.constantFrom('number' as const, 'offset' as const), ({ count, size, cap, known }, kind) => {
      const serve = kind === 'number' ? numbered : counted
      const pager = openPages(known ? { kind, size } : { kind })
      const walked = walk(pager, serve(list(count), Math.min(size, cap)))
      expect(walked.items).toEqual(list(count))
      expect(walked.end.complete).toBe(true)
    }),
  )
})
