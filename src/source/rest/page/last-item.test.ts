import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageRequest } from '../page.ts'
import { openPages, seen, walk } from './pages.fixture.ts'

interface Item {
  id: string
  at: string
}

const item = (id: number, at: number): Item => ({ id: `id${id}`, at: String(at).padStart(4, '0') })
const after = { kind: 'last-item', field: 'at', param: 'after' } as const
const from = { ...after, bound: 'from' } as const

/** Sorted by `at`, and among equals as they stand. */
const serve = (items: readonly Item[], size: number, bound: 'after' | 'from') => (request: PageRequest) => {
  const mark = request.params?.['after']
  const rest = items.filter(({ at }) => mark === undefined || (bound === 'from' ? at >= mark : at > mark))
  return seen(rest.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at))).slice(0, size))
}
const ids = (items: readonly unknown[]) => [...new Set(items.map((one) => (one as Item).id))].sort()

describe('last-item', () => {
  it('steps back before the value of the last item, which others may share', () => {
    const items = [item(1, 1), item(2, 2), item(3, 3), item(4, 3), item(5, 4)]
    const walked = walk(openPages(after), serve(items, 3, 'after'))
    expect(walked.requests).toEqual([
      {},
      ...['0002', '0003', '0003'].slice(0, 2).map((at) => ({ params: { after: at } })),
    ])
    expect(ids(walked.items)).toEqual(ids(items))
    expect(walked.end).toEqual({ end: 'a page with nothing new', complete: true })
  })

  it('asks on from the last item when the field is the whole key', () => {
    const page = (...names: string[]) => seen(names.map((id) => ({ id })))
    const pager = openPages({ kind: 'last-item', field: 'id', param: 'starting_after' })
    expect(pager.after(page('a', 'b'))).toEqual({ next: { params: { starting_after: 'b' } } })
    expect(pager.after(page('c'))).toEqual({ next: { params: { starting_after: 'c' } } })
    expect(pager.after(page())).toEqual({ end: 'an empty page', complete: true })
  })

  it('asks from the last value with bound = "from"', () => {
    const items = [item(1, 1), item(2, 2), item(3, 2), item(4, 2), item(5, 4)]
    const walked = walk(openPages(from), serve(items, 4, 'from'))
    expect(walked.requests.slice(1)).toEqual(['0002', '0004'].map((at) => ({ params: { after: at } })))
    expect(ids(walked.items)).toEqual(ids(items))
    expect(walked.end.complete).toBe(true)
  })

  it.each([after, from])('refuses a page that is too small for its ties ($bound)', (config) => {
    const items = [item(1, 1), item(2, 2), item(3, 2), item(4, 2), item(5, 4)]
    const run = () => walk(openPages(config), serve(items, 2, 'bound' in config ? 'from' : 'after'))
    const error: unknown = expect.objectContaining({
      code: 'wrong-content',
      message: 'a whole page has the same at, so that others with it may be cut off',
    })
    expect(run).toThrow(error)
  })

  it.each([after, from])('takes a page of ties that is not full as having all of them ($bound)', (config) => {
    for (const items of [[item(1, 1)], [item(1, 1), item(2, 1), item(3, 1)]]) {
      const bound = 'bound' in config ? 'from' : 'after'
      const walked = walk(openPages({ ...config, size: 4 }), serve(items, 4, bound))
      expect(walked.items.length).toBeGreaterThanOrEqual(items.length)
      expect(walked.end.complete).toBe(true)
      expect(walk(openPages(config, true, 4), serve(items, 4, bound)).end.complete).toBe(true)
    }
  })

  it('takes the only item of all as all, even when it does not know the size of a page', () => {
    expect(walk(openPages(after), serve([item(1, 1)], 100, 'after')).end.complete).toBe(true)
    expect(walk(openPages(from), serve([item(1, 1)], 100, 'from')).end.complete).toBe(true)
    expect(() => walk(openPages(after), serve([item(1, 1), item(2, 1)], 100, 'after'))).toThrow('a whole page')
  })

  it('notices when a page of ties was full because of the server’s own limit', () => {
    const items = [item(1, 1), item(2, 1), item(3, 1), item(4, 2)]
    expect(() => walk(openPages({ ...after, size: 100 }), serve(items, 2, 'after'))).toThrow('a whole page')
  })

  it('takes an edited item as new', () => {
    const pager = openPages(after)
    pager.after(seen([item(1, 1), item(2, 2), item(3, 3)]))
    expect(pager.after(seen([item(3, 3), item(1, 8), item(2, 9)]))).toEqual({ next: { params: { after: '0008' } } })
    expect(pager.after(seen([item(2, 9)]))).toEqual({ end: 'a page with nothing new', complete: true })
  })

  it('refuses a server that gives the first page again and again', () => {
    const run = () => walk(openPages(after), () => seen([item(1, 1), item(2, 2), item(3, 3)]))
    expect(run).toThrow('it does not go by after')
  })

  it('never takes a full page with nothing new for the end, where the server includes the value', () => {
    const items = [item(1, 1), item(2, 2), item(3, 3)]
    expect(() => walk(openPages(after), serve(items, 2, 'from'))).toThrow('a full page has nothing new')
    const ties = [item(1, 1), item(2, 2), item(3, 2), item(4, 2), item(5, 2), item(6, 3)]
    expect(() => walk(openPages(after), serve(ties, 3, 'from'))).toThrow('a full page has nothing new')
  })

  it('takes a server that includes the value, without being told, as it is', () => {
    const names = (request: PageRequest) =>
      seen(request.params === undefined ? [{ id: 'a' }, { id: 'b' }] : [{ id: 'b' }])
    const pager = openPages({ kind: 'last-item', field: 'id', param: 'after' })
    expect(walk(pager, names).end.complete).toBe(true)
  })

  it('needs the field on the last item, as a value that can be sent exactly', () => {
    expect(() => openPages(after).after(seen([{ id: 'a', at: null }]))).toThrow('has no at to go on from')
    expect(() => openPages(after).after(seen([{ id: 'a', at: 2 ** 60 }]))).toThrow('JSON cannot hold exactly')
    expect(openPages(after).after(seen([{ id: 'a', at: 1.5 }, { id: 'b' }, { id: 'c', at: 2 }]))).toEqual({
      next: { params: { after: 1.5 } },
    })
  })

  it('compares whole items when there is no key', () => {
    const items = [item(1, 1), item(2, 2), item(3, 3), item(4, 3)]
    const walked = walk(openPages(after, false), serve(items, 3, 'after'))
    expect(ids(walked.items)).toEqual(ids(items))
    expect(walked.end.complete).toBe(true)
  })

  it('ends after an empty page, whatever that means', () => {
    expect(openPages({ ...after, empty: 'continue' }).after(seen([]))).toMatchObject({ complete: true })
  })

  const items = fc.array(fc.nat(12), { maxLength: 30 }).map((times) => times.map((at, id) => item(id, at)))

  it('gets every item, or says that it cannot', () => {
    const options = fc.record({ size: fc.integer({ min: 2, max: 9 }), known: fc.boolean(), hasKey: fc.boolean() })
    fc.assert(
      fc.property(items, options, fc.constantFrom(after, from), (all, { size, known, hasKey }, config) => {
        const bound = 'bound' in config ? 'from' : 'after'
        try {
          const walked = walk(openPages(config, hasKey, known ? size : undefined), serve(all, size, bound))
          expect(walked.end.complete).toBe(true)
          expect(ids(walked.items)).toEqual(ids(all))
        } catch (error) {
          expect(error).toMatchObject({ code: 'wrong-content', message: expect.stringContaining('a whole page') })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('misses nothing that is there all the time while others come, change and go', () => {
    const changes = fc.infiniteStream(fc.tuple(fc.nat(40), fc.constantFrom('add', 'edit', 'remove')))
    fc.assert(
      fc.property(items, changes, fc.integer({ min: 3, max: 9 }), (start, stream, size) => {
        let all = [...start]
        const touched = new Set<string>()
        let time = 100
        const changing = (request: PageRequest) => {
          const page = serve(all, size, 'after')(request)
          if (time < 110) {
            const [index, change] = stream.next().value
            const old = all[index % Math.max(1, all.length)]
            if (old !== undefined && change !== 'add') all = all.filter((one) => one !== old)
            if (old !== undefined && change === 'edit') all.push({ ...old, at: item(0, time).at })
            if (change === 'add') all.push(item(1000 + time, time))
            if (old !== undefined && change === 'remove') touched.add(old.id)
            time++
          }
          return page
        }
        try {
          const walked = walk(openPages(after, true, size), changing)
          const still = start.filter(({ id }) => !touched.has(id))
          expect(ids(walked.items)).toEqual(expect.arrayContaining(ids(still)))
        } catch (error) {
          expect(error).toMatchObject({ code: 'wrong-content', message: expect.stringContaining('a whole page') })
        }
      }),
      { numRuns: 500 },
    )
  })
})
