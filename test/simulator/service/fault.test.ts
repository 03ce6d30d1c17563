import { describe, expect, it } from 'vitest'
import type { Item } from '../item.ts'
import type { Fault, LimitStyle } from './fault.ts'
import { body, links, services } from './service.fixture.ts'

const start = services()

async function struck(fault: Fault, path = '/page/cursor?limit=5') {
  const service = await start({ faults: [{ fault }] })
  return { service, ask: (init?: RequestInit) => fetch(service.url + path, init) }
}

describe('a plan of faults', () => {
  it('strikes the requests that its rules say, and counts for each rule', async () => {
    const service = await start({
      faults: [
        { match: '/page/cursor', from: 2, times: 2, fault: { kind: 'server-error' } },
        { stream: 'github', times: 'always', fault: { kind: 'unavailable' } },
        { match: /limit=\d{3}/, method: 'GET', fault: { kind: 'status', status: 418 } },
      ],
    })
    const ask = async (path: string) => (await fetch(service.url + path)).status
    const statuses = []
    for (let times = 0; times < 4; times++) statuses.push(await ask('/page/cursor'))
    expect(statuses).toEqual([200, 500, 500, 200])
    expect([await ask('/users/me/events'), await ask('/users/me/events')]).toEqual([503, 503])
    expect([await ask('/page/after?limit=100'), await ask('/page/after?limit=100')]).toEqual([418, 200])
    expect(service.requests.map(({ status }) => status)).toEqual([200, 500, 500, 200, 503, 503, 418, 200])
    expect(service.requests[1]).toMatchObject({ stream: 'page.cursor', faults: ['server-error'], path: '/page/cursor' })
    service.plan([{ fault: { kind: 'server-error' } }])
    expect([await ask('/users/me/events'), await ask('/users/me/events')]).toEqual([500, 200])
  })

  const styles: [LimitStyle, string, (nowMs: number) => string][] = [
    ['retry-after', 'retry-after', () => '30'],
    ['retry-after-date', 'retry-after', (now) => new Date(now + 30_000).toUTCString()],
    ['reset-epoch', 'x-ratelimit-reset', (now) => String(now / 1000 + 30)],
    ['reset-epoch-ms', 'x-ratelimit-reset', (now) => String(now + 30_000)],
    ['reset-delta', 'x-ratelimit-reset', () => '30'],
    ['rate-limit', 'ratelimit', () => '"default";r=0;t=30'],
    ['rate-limit-fields', 'ratelimit-reset', () => '30'],
  ]
  it.each(styles)('limits, and tells how long: %s', async (style, header, value) => {
    const { service, ask } = await struck({ kind: 'limited', seconds: 30, style })
    const response = await ask()
    expect(response.status).toBe(429)
    expect(response.headers.get(header)).toBe(value(service.account.now.getTime()))
    expect((await ask()).status).toBe(200)
  })

  it('refuses as other services do', async () => {
    const secondary = await (await struck({ kind: 'secondary-limit', seconds: 60 })).ask()
    expect([secondary.status, secondary.headers.get('retry-after')]).toEqual([403, '60'])
    expect(await secondary.text()).toContain('secondary rate limit')
    expect((await (await struck({ kind: 'secondary-limit' })).ask()).headers.has('retry-after')).toBe(false)
    const unavailable = await (await struck({ kind: 'unavailable', seconds: 5 })).ask()
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await (await struck({ kind: 'server-error' })).ask()).headers.get('content-type')).toMatch('html')
    expect((await (await struck({ kind: 'unauthorized' })).ask()).status).toBe(401)
    const echo = await (await struck({ kind: 'echo' })).ask({ headers: { authorization: 'Bearer canary' } })
    expect(await echo.text()).toContain('canary')
  })

  it('redirects to itself, elsewhere, and away', async () => {
    const other = await start()
    const to = async (where: string) => {
      const { service, ask } = await struck({ kind: 'redirect', to: where, status: 307 })
      const response = await ask({ redirect: 'manual' })
      expect(response.status).toBe(307)
      return response.headers.get('location')!.replace(service.url, '')
    }
    expect(await to('self')).toBe('/page/cursor?limit=5')
    expect(await to('/page/none')).toBe('/page/none')
    expect(await to(`${other.url}/page/none`)).toBe(`${other.url}/page/none`)
  })

  it.each<Fault>([{ kind: 'reset' }, { kind: 'reset-in-body' }, { kind: 'short-body' }, { kind: 'short-chunked' }])(
    'breaks off: $kind',
    async (fault) => {
      const { service, ask } = await struck(fault)
      await expect(ask().then((response) => response.text())).rejects.toThrow()
      expect(service.requests[0]!.status).toBe(fault.kind === 'reset' ? 0 : 200)
      expect((await ask()).status).toBe(200)
    },
  )

  it('carries out what it then does not answer, when told', async () => {
    const { service, ask } = await struck({ kind: 'reset', handled: true }, '/export/DASS21/1')
    await expect(ask({ method: 'DELETE' })).rejects.toThrow()
    expect(service.study.records('DASS21')![0]!.id).toBe(2)
    service.plan([{ fault: { kind: 'reset' } }])
    await expect(fetch(`${service.url}/export/DASS21/2`, { method: 'DELETE' })).rejects.toThrow()
    expect(service.study.records('DASS21')![0]!.id).toBe(2)
    service.plan([{ fault: { kind: 'server-error', handled: true } }])
    expect((await fetch(`${service.url}/export/DASS21/2`, { method: 'DELETE' })).status).toBe(500)
    expect(service.study.records('DASS21')![0]!.id).toBe(3)
  })

  it('cuts JSON off in a whole answer', async () => {
    const text = await (await (await struck({ kind: 'cut-json' })).ask()).text()
    expect(text.length).toBeGreaterThan(100)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  it('sends slowly, or not at all', async () => {
    const { ask } = await struck({ kind: 'slow', pieces: 4, pauseMs: 15 })
    const before = performance.now()
    const page = await body<{ results: unknown[] }>(await ask())
    expect(page.results).toHaveLength(5)
    expect(performance.now() - before).toBeGreaterThan(40)
    for (const share of [0, 0.5]) {
      const { service, ask: wait } = await struck({ kind: 'hang', share })
      const answer = wait().then((response) => response.text())
      answer.catch(() => {})
      await expect.poll(() => service.requests.at(-1)?.status).toBe(share === 0 ? 0 : 200)
      await service.stop()
      await expect(answer).rejects.toThrow()
    }
  })

  it('empties pages, which still say that others follow', async () => {
    for (const [kind, results] of [
      ['null-page', null],
      ['absent-page', undefined],
      ['empty-page', []],
    ] as const) {
      const page = await body<{ results: unknown; next_cursor: string }>(await (await struck({ kind })).ask())
      expect(page.results).toEqual(results)
      expect(page.next_cursor).toMatch(/./)
    }
    expect(await (await (await struck({ kind: 'null-page' }, '/page/none')).ask()).text()).toBe('null')
  })

  it('repeats a token, and an address', async () => {
    const service = await start()
    const first = await body<{ next_cursor: string }>(await fetch(`${service.url}/page/cursor?limit=5`))
    service.plan([{ times: 'always', fault: { kind: 'repeated-token' } }])
    const second = await fetch(`${service.url}/page/cursor?limit=5&cursor=${first.next_cursor}`)
    expect(await body(second)).toMatchObject({ next_cursor: first.next_cursor })
    const linked = `${service.url}/page/link?per_page=5&page=3`
    expect(new URL(links(await fetch(linked))['next']!).searchParams.get('page')).toBe('3')
    const next = `${service.url}/page/next-url?limit=5`
    expect(await body(await fetch(next))).toMatchObject({ next })
  })

  it('acts on the account between two pages', async () => {
    const service = await start({
      faults: [
        { from: 2, fault: { kind: 'run', run: ({ account }) => account.remove(account.listed()[10]!.id) } },
        { from: 3, fault: { kind: 'change', add: 2, edit: 3, remove: 1 } },
        { from: 3, fault: { kind: 'headers', headers: { 'x-ratelimit-remaining': '0' } } },
      ],
    })
    const total = service.account.listed().length
    const ask = () => fetch(`${service.url}/page/none`)
    expect(await body<Item[]>(await ask())).toHaveLength(total)
    expect(await body<Item[]>(await ask())).toHaveLength(total - 1)
    const third = await ask()
    expect(third.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(await body<Item[]>(third)).toHaveLength(total)
  })

  it('lets tokens expire in the middle', async () => {
    const service = await start({ auth: { kind: 'oauth2', clientId: 'id', clientSecret: 'secret' } })
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' })
    const { access_token } = await body<{ access_token: string }>(
      await fetch(`${service.url}/oauth/token`, { method: 'POST', body: form }),
    )
    const ask = async () =>
      (await fetch(`${service.url}/page/none`, { headers: { authorization: `Bearer ${access_token}` } })).status
    service.plan([{ stream: 'page', from: 2, fault: { kind: 'expire-tokens' } }])
    expect([await ask(), await ask(), await ask()]).toEqual([200, 401, 401])
  })

  it('has a clock that is off, in its header alone or in all that it stamps', async () => {
    const { service, ask } = await struck({ kind: 'date', offSeconds: -90 })
    const now = service.account.now.getTime()
    expect(Date.parse((await ask()).headers.get('date')!)).toBe(now - 90_000)
    const off = await start({ clockOffSeconds: 3600 })
    const [item] = off.account.add()
    expect(Date.parse(item!.updated_at) - off.account.now.getTime()).toBeGreaterThan(3_598_000)
    const date = Date.parse((await fetch(`${off.url}/page/none`)).headers.get('date')!)
    expect(date - off.account.now.getTime()).toBeGreaterThan(3_598_000)
    const created = off.account.log.find(({ kind }) => kind === 'created')!
    expect(Date.parse(created.item.created_at) - created.at.getTime()).toBeGreaterThan(3_598_000)
  })
})
