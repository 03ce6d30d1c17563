import { describe, expect, it } from 'vitest'
import { body, links, services } from './service.fixture.ts'

const start = services()

describe('a service like GitHub', () => {
  interface Issue {
    id: number
    number: number
    comments: number
    state: string
    updated_at: string
  }

  it('lists issues by Link, since a time, and the open ones only unless told', async () => {
    const service = await start()
    const since = service.account.listed()[200]!.updated_at
    const issues: Issue[] = []
    let url: string | undefined =
      `${service.url}/repos/me/x/issues?state=all&sort=updated&direction=asc&since=${since}&per_page=100`
    while (url !== undefined) {
      const response: Response = await fetch(url)
      issues.push(...(await body<Issue[]>(response)))
      url = links(response)['next']
    }
    expect(issues.map(({ updated_at }) => updated_at)).toEqual(issues.map(({ updated_at }) => updated_at).sort())
    expect(new Set(issues.map(({ id }) => id))).toEqual(
      new Set(service.account.listed().flatMap((item) => (item.updated_at >= since ? [item.id] : []))),
    )
    const open = await body<Issue[]>(await fetch(`${service.url}/repos/me/x/issues`))
    expect(open).toHaveLength(30)
    expect(new Set(open.map(({ state }) => state))).toEqual(new Set(['open']))
  })

  it('has comments, which are gone with a deleted issue', async () => {
    const { url, account } = await start()
    const issues = await body<Issue[]>(await fetch(`${url}/repos/me/x/issues?state=all`))
    const talked = issues.find(({ comments }) => comments === 2)!
    const path = `${url}/repos/me/x/issues/${talked.number}/comments`
    expect(await body(await fetch(path))).toHaveLength(2)
    account.unsave(talked.id)
    expect((await fetch(path)).status).toBe(404)
    account.remove(talked.id)
    expect((await fetch(path)).status).toBe(410)
  })

  it('shows the newest 300 events, the newest first, and no page beyond', async () => {
    const { url } = await start()
    const page = async (number: number) => fetch(`${url}/users/me/events?per_page=100&page=${number}`)
    const ids = (await Promise.all([1, 2, 3].map(async (n) => body<{ id: string }[]>(await page(n))))).flat()
    expect(ids).toHaveLength(300)
    expect(Number(ids[0]!.id) - Number(ids[299]!.id)).toBe(299)
    expect((await page(4)).status).toBe(422)
  })

  it('counts requests in its headers, and refuses when there were too many', async () => {
    const service = await start({ rate: { limit: 2, seconds: 60 } })
    const ask = () => fetch(`${service.url}/users/me/events`)
    const first = await ask()
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1')
    expect(Number(first.headers.get('x-ratelimit-reset')) * 1000).toBe(service.account.now.getTime() + 60_000)
    await ask()
    expect((await ask()).status).toBe(403)
    service.advanceTo(new Date(service.account.now.getTime() + 60_000))
    expect((await ask()).status).toBe(200)
  })
})

describe('a service like Reddit', () => {
  interface Listing {
    kind: string
    data: { children: { kind: string; data: { name: string } }[]; after: string | null }
  }

  it('lists the newest 1,000 saved things, `after` the last one', async () => {
    const service = await start({ at: new Date('2024-06-01T00:00:00Z') })
    const names: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const response = await fetch(`${service.url}/user/me/saved?limit=100${after === '' ? '' : `&after=${after}`}`)
      expect(response.headers.get('x-ratelimit-remaining')).toMatch(/^\d+\.0$/)
      const { kind, data } = await body<Listing>(response)
      expect(kind).toBe('Listing')
      names.push(...data.children.map((thing) => thing.data.name))
      after = data.after
    }
    expect(service.account.listed().length).toBeGreaterThan(1000)
    expect(new Set(names).size).toBe(1000)
  })

  it('goes on after a thing that was un-saved meanwhile', async () => {
    const { url, account } = await start()
    const ask = async (query: string) =>
      (await body<Listing>(await fetch(`${url}/user/me/saved?limit=10${query}`))).data
    const first = await ask('')
    const expected = (await ask(`&after=${first.after}`)).children
    account.unsave(Number.parseInt(first.after!.slice(3), 36))
    expect((await ask(`&after=${first.after}`)).children).toEqual(expected)
  })
})

describe('a service like Hypothes.is', () => {
  it('goes on after a time, and passes over the ties on the border', async () => {
    const { url, account } = await start({ at: new Date('2024-01-01T00:00:00Z') })
    account.add(250)
    interface Search {
      total: number
      rows: { id: string; updated: string }[]
    }
    const first = await body<Search>(await fetch(`${url}/api/search?limit=200&sort=updated&order=asc`))
    expect(first).toMatchObject({ total: 250 })
    expect(first.rows).toHaveLength(200)
    const after = encodeURIComponent(first.rows.at(-1)!.updated)
    const next = await fetch(`${url}/api/search?limit=200&sort=updated&order=asc&search_after=${after}`)
    expect(await body(next)).toEqual({ total: 250, rows: [] })
    expect((await fetch(`${url}/api/search?limit=201`)).status).toBe(400)
  })
})

describe('the other services', () => {
  it('are like Todoist', async () => {
    const { url, account } = await start()
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const response = await fetch(`${url}/api/v1/tasks?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
      const page = await body<{ results: { id: string }[]; next_cursor: string | null }>(response)
      ids.push(...page.results.map(({ id }) => id))
      cursor = page.next_cursor
    }
    expect(ids).toEqual(account.listed().map(({ id }) => String(id)))
    expect((await fetch(`${url}/api/v1/tasks?cursor=nonsense`)).status).toBe(400)
    expect(await body<{ results: object[] }>(await fetch(`${url}/api/v1/projects`))).toMatchObject({
      next_cursor: null,
    })
  })

  it('are like Pinboard', async () => {
    const { url, account } = await start()
    const all = await body<{ hash: string }[]>(await fetch(`${url}/v1/posts/all?format=json`))
    expect(all).toHaveLength(account.listed().length)
    expect(await body(await fetch(`${url}/v1/posts/all?format=json&start=10&results=5`))).toEqual(all.slice(10, 15))
    expect((await fetch(`${url}/v1/posts/all`)).headers.get('content-type')).toMatch('xml')
  })

  it('are like Last.fm', async () => {
    const { url, account } = await start()
    const ask = async (page: number) =>
      fetch(`${url}/2.0/?method=user.getrecenttracks&user=me&format=json&limit=200&page=${page}`)
    interface Recent {
      recenttracks: { track: object[]; '@attr': { totalPages: string; total: string } }
    }
    const { recenttracks } = await body<Recent>(await ask(1))
    expect(recenttracks['@attr'].total).toBe(String(account.listed().length))
    const last = await body<Recent>(await ask(Number(recenttracks['@attr'].totalPages)))
    expect(last.recenttracks.track).toHaveLength(account.listed().length % 200)
    expect((await fetch(`${url}/2.0/?method=nothing`)).status).toBe(400)
  })

  it.each(['accounts/1/statuses', 'bookmarks'])('are like Mastodon: %s', async (path) => {
    const { url, account } = await start()
    const ids = new Set<string>()
    let next: string | undefined = `${url}/api/v1/${path}?limit=40`
    while (next !== undefined) {
      const response: Response = await fetch(next)
      for (const { id } of await body<{ id: string }[]>(response)) ids.add(id)
      next = links(response)['next']
    }
    expect(ids).toEqual(new Set(account.listed().map(({ id }) => String(id))))
  })

  it('are like Raindrop', async () => {
    const { url, account } = await start()
    interface Raindrops {
      items: { _id: number }[]
      count: number
    }
    const ask = async (collection: number, page: number) =>
      body<Raindrops>(await fetch(`${url}/rest/v1/raindrops/${collection}?perpage=50&page=${page}`))
    const first = await ask(0, 0)
    expect(first.count).toBe(account.listed().length)
    expect(first.items[0]!._id).toBe(account.listed().at(-1)!.id)
    expect((await ask(0, 1000)).items).toEqual([])
    const { items } = await body<{ items: object[] }>(await fetch(`${url}/rest/v1/collections`))
    const counts = await Promise.all(items.map(async (_, index) => (await ask(index + 1, 0)).count))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(first.count)
  })
})
