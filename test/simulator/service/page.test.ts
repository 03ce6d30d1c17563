import { describe, expect, it } from 'vitest'
import type { Item } from '../item.ts'
import { oracleOf } from './oracle.ts'
import { body, links, services } from './service.fixture.ts'
import type { Service } from './service.ts'

const start = services()

interface Page {
  items?: Item[] | null
  rows?: Item[]
  results?: Item[]
  data?: { items: Item[]; after: string | null }
  next?: string | null
  next_cursor?: string | null
  total?: number
  total_pages?: number
  more?: boolean
}

/** Walks through pages until the step says that there is no other. */
async function walk(url: string, step: (page: Page, response: Response) => string | undefined): Promise<number[]> {
  const ids: number[] = []
  for (let next: string | undefined = url; next !== undefined;) {
    const response: Response = await fetch(next)
    const page = await body<Page | Item[]>(response)
    const items = Array.isArray(page) ? page : (page.items ?? page.rows ?? page.results ?? page.data?.items ?? [])
    ids.push(...items.map(({ id }) => id))
    next = step(Array.isArray(page) ? { items: page } : page, response)
  }
  return ids
}

function with_(url: string, name: string, value: string | number | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined
  const address = new URL(url)
  address.searchParams.set(name, String(value))
  return address.href
}

const kinds: [string, (service: Service) => Promise<number[]>][] = [
  ['none', ({ url }) => walk(`${url}/page/none`, () => undefined)],
  ['link', ({ url }) => walk(`${url}/page/link?per_page=70`, (_, response) => links(response)['next'])],
  ['next URL', ({ url }) => walk(`${url}/page/next-url?limit=70`, ({ next }) => next ?? undefined)],
  [
    'relative next URL',
    ({ url }) =>
      walk(`${url}/page/next-url?limit=70&relative`, ({ next }) => (typeof next === 'string' ? url + next : undefined)),
  ],
  [
    'after',
    async ({ url }) => {
      const first = `${url}/page/after?limit=70`
      return walk(first, ({ data }) => with_(first, 'after', data?.after))
    },
  ],
  [
    'cursor',
    async ({ url }) => {
      const first = `${url}/page/cursor?limit=70`
      return walk(first, ({ next_cursor }) => with_(first, 'cursor', next_cursor))
    },
  ],
  [
    'header token',
    async ({ url }) => {
      const first = `${url}/page/header?limit=70`
      return walk(first, (_, response) => with_(first, 'continuation', response.headers.get('x-continuation')))
    },
  ],
  [
    'number from 0, with a flag',
    async ({ url }) => {
      let page = 0
      const first = `${url}/page/number?limit=70&first=0&tell=more`
      return walk(first, ({ more }) => (more === true ? with_(first, 'page', ++page) : undefined))
    },
  ],
  [
    'number from 1, with a total',
    async ({ url }) => {
      let page = 1
      const first = `${url}/page/number?limit=70&tell=total`
      return walk(first, ({ total_pages }) => (page < total_pages! ? with_(first, 'page', ++page) : undefined))
    },
  ],
  [
    'number, to an empty page',
    async ({ url }) => {
      let page = 1
      const first = `${url}/page/number?limit=70`
      return walk(first, ({ items }) => (items!.length > 0 ? with_(first, 'page', ++page) : undefined))
    },
  ],
  [
    'offset',
    async ({ url }) => {
      let offset = 0
      const first = `${url}/page/offset?limit=70`
      return walk(first, ({ total }) => ((offset += 70) < total! ? with_(first, 'offset', offset) : undefined))
    },
  ],
  [
    'max id',
    async ({ url }) => {
      const first = `${url}/page/max-id?limit=70`
      return walk(first, ({ items }) => with_(first, 'max_id', items!.at(-1)?.id))
    },
  ],
]

describe('the pages of a simulated service', () => {
  it.each(kinds)('hold every item once: %s', async (_, read) => {
    const service = await start()
    const ids = await read(service)
    const { shownAt } = oracleOf(service.account)
    expect(ids.length).toBeGreaterThan(300)
    expect(ids.toSorted((a, b) => a - b)).toEqual(shownAt(service.account.now).map(({ id }) => id))
  })

  it('are the same whatever comes and goes, when their token is a place', async () => {
    const service = await start()
    const steady = service.account.listed().map(({ id }) => id)
    const first = `${service.url}/page/cursor?limit=70&direction=desc`
    const ids = await walk(first, ({ next_cursor, results }) => {
      service.account.add()
      service.account.remove(results!.at(-1)!.id)
      return with_(first, 'cursor', next_cursor)
    })
    expect(ids).toEqual(steady.reverse())
  })

  it('pass over items that move, when they are numbered', async () => {
    const service = await start()
    const before = service.account.listed().length
    const first = `${service.url}/page/offset?limit=70`
    let offset = 0
    const ids = await walk(first, ({ items, total }) => {
      service.account.remove(items![0]!.id)
      return (offset += 70) < total! ? with_(first, 'offset', offset) : undefined
    })
    expect(new Set(ids).size).toBeLessThan(before)
  })

  it('lose the ties on a border, when they go on after the last value', async () => {
    const service = await start({ at: new Date('2024-01-01T00:00:00Z') })
    for (let times = 0; times < 10; times++) {
      service.account.add(7)
      service.advanceTo(new Date(service.account.now.getTime() + 5000))
    }
    const listed = service.account.listed().length
    const first = `${service.url}/page/last-item?limit=10`
    const after = await walk(first, ({ rows }) => with_(first, 'search_after', rows!.at(-1)?.updated_at))
    expect(after.length).toBeLessThan(listed)
    const page = await body<Page>(
      await fetch(`${first}&inclusive&search_after=${service.account.listed()[7]!.updated_at}`),
    )
    expect(page.rows![0]!.id).toBe(service.account.listed()[7]!.id)
  })

  it('show what was asked for: since, inclusive, in either order, and the newest only', async () => {
    const service = await start()
    const since = service.account.listed()[100]!.updated_at
    const { shownAt } = oracleOf(service.account)
    for (const direction of ['asc', 'desc'] as const) {
      const url = `${service.url}/page/none?since=${since}&sort=updated_at&direction=${direction}`
      const items = await body<Item[]>(await fetch(url))
      expect(items.map(({ id }) => id)).toEqual(
        shownAt(service.account.now, { since, by: 'updated_at', direction }).map(({ id }) => id),
      )
      expect(items.some(({ updated_at }) => updated_at === since)).toBe(true)
    }
    expect(
      await walk(`${service.url}/page/link?newest=50&per_page=20&direction=desc`, (_, r) => links(r)['next']),
    ).toEqual(
      service.account
        .listed()
        .slice(-50)
        .map(({ id }) => id)
        .reverse(),
    )
  })

  it('have children, counted on the parent', async () => {
    const { url } = await start()
    const items = await body<(Item & { comments: number })[]>(await fetch(`${url}/page/none`))
    for (const { id, comments } of items.slice(0, 8)) {
      const children = await body<{ comments: unknown[] }>(await fetch(`${url}/items/${id}/comments`))
      expect(children.comments).toHaveLength(comments)
    }
    expect(new Set(items.map(({ comments }) => comments)).size).toBe(4)
  })

  it('hold as many made-up records as are asked for', async () => {
    const { url } = await start()
    const first = `${url}/many?total=25&limit=10`
    expect(await walk(first, ({ next_cursor }) => with_(first, 'cursor', next_cursor))).toEqual(
      Array.from({ length: 25 }, (_, index) => index + 1),
    )
  })

  it('link to the first, the last and their neighbours, and not at all when there is one page', async () => {
    const { url } = await start()
    const rels = async (query: string) => Object.keys(links(await fetch(`${url}/page/link?${query}`))).sort()
    expect(await rels('per_page=100')).toEqual(['last', 'next'])
    expect(await rels('per_page=100&page=2')).toEqual(['first', 'last', 'next', 'prev'])
    expect(await rels('per_page=1000')).toEqual([])
  })
})
