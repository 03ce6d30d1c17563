import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createAccount } from '../account.ts'
import type { Item } from '../item.ts'
import { truthOf } from '../truth.ts'
import { createLiveAccount } from './live-account.ts'
import { oracleOf } from './oracle.ts'
import { serviceCommand } from './service-command.ts'
import { body, services } from './service.fixture.ts'

const start = services()
const minute = 60_000

describe('a simulated service', () => {
  it('logs what it was asked, and lets time stand still', async () => {
    const service = await start()
    const now = service.account.now
    await fetch(`${service.url}/page/cursor?limit=1`, { headers: { 'x-test': 'yes' } })
    await fetch(`${service.url}/oauth/token`, { method: 'POST', body: 'grant_type=x' })
    expect(service.requests).toMatchObject([
      {
        at: now,
        method: 'GET',
        path: '/page/cursor?limit=1',
        stream: 'page.cursor',
        status: 200,
        headers: { 'x-test': 'yes' },
      },
      { at: now, method: 'POST', body: 'grant_type=x', status: 400 },
    ])
    expect((await fetch(`${service.url}/nothing`)).status).toBe(404)
  })

  it('follows a clock, and tells its time', async () => {
    let now = new Date('2024-02-01T00:00:00Z')
    const service = await start({ clock: () => now })
    const first = await fetch(`${service.url}/page/none`)
    expect(new Date(first.headers.get('date')!)).toEqual(now)
    now = new Date('2024-03-01T00:00:00Z')
    const second = await body<Item[]>(await fetch(`${service.url}/page/none`))
    expect(second.length).toBeGreaterThan((await body<Item[]>(first)).length + 200)
    expect(service.account.now).toEqual(now)
  })

  it('counts the requests that are under way together', async () => {
    const service = await start()
    service.plan([{ times: 'always', fault: { kind: 'slow', pieces: 2, pauseMs: 400 } }])
    await Promise.all([1, 2, 3].map(async () => (await fetch(`${service.url}/page/none`)).text()))
    expect(Math.max(...service.requests.map(({ underWay }) => underWay))).toBe(3)
    service.plan([])
    await (await fetch(`${service.url}/page/none`)).text()
    expect(service.requests.at(-1)!.underWay).toBe(1)
  })

  it('runs as a process of its own, steered by requests', async () => {
    const command = serviceCommand({ at: '2024-02-01T00:00:00Z', auth: 'usual' })
    const child: ChildProcess = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line]: unknown[] = await once(child.stdout!, 'data')
      const url = String(line).trim()
      const post = async (path: string, told: unknown) =>
        fetch(`${url}/_service/${path}`, { method: 'POST', body: JSON.stringify(told) })
      const before = await body<Item[]>(await fetch(`${url}/page/none`))
      expect(await body(await post('add', { count: 3 }))).toHaveLength(3)
      await post('plan', [{ match: '/page', fault: { kind: 'unavailable' } }])
      expect((await fetch(`${url}/page/none`)).status).toBe(503)
      expect(await body(await fetch(`${url}/page/none`))).toHaveLength(before.length + 3)
      await post('advance', { to: '2024-03-01T00:00:00Z' })
      expect((await body<Item[]>(await fetch(`${url}/page/none`))).length).toBeGreaterThan(before.length + 200)
      expect((await fetch(`${url}/export/`)).status).toBe(401)
      expect(await body(await fetch(`${url}/_service/requests`))).toHaveLength(5)
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('a live account', () => {
  const options = { seed: 4, start: new Date('2024-01-01T00:00:00Z') }
  const at = new Date('2024-02-01T00:00:00Z')
  const later = new Date('2024-03-01T00:00:00Z')

  it('lives the simulated life when nobody acts', () => {
    const live = createLiveAccount(options, 0)
    const plain = createAccount(options)
    for (const account of [live, plain]) account.advanceTo(later)
    expect(live.log).toEqual(plain.log)
  })

  it('lives on after what was done, and its log stays the truth', () => {
    const live = createLiveAccount(options, 0)
    live.advanceTo(at)
    const [removed, edited, unsaved] = live.listed().slice(-3)
    const added = live.add(5)
    live.remove(removed!.id)
    live.edit(edited!.id, { title: 'New' })
    live.unsave(unsaved!.id)
    live.saveAgain(unsaved!.id)
    live.vote(added[0]!.id)
    live.advanceTo(later)
    const ids = live.log.filter(({ kind }) => kind === 'created').map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(live.log.some(({ at: when, id }) => id === removed!.id && when > new Date(at.getTime() + minute))).toBe(
      false,
    )
    const truth = truthOf(live)
    expect(truth.itemsAt(later)).toEqual(live.listed())
    expect(truth.presenceOf(unsaved!.id).length).toBeGreaterThan(1)
    expect(truth.versionsOf(edited!.id).some(({ item }) => item.title === 'New')).toBe(true)
    expect(new Set(added.map(({ updated_at }) => updated_at)).size).toBe(1)
    for (const { item, id } of live.log) expect(item.id).toBe(id)
  })
})

describe('the oracle', () => {
  it('tells what changed, and what stood unchanged throughout', () => {
    const account = createLiveAccount({ seed: 5, start: new Date('2024-01-01T00:00:00Z') }, 0)
    account.advanceTo(new Date('2024-02-01T00:00:00Z'))
    const from = account.now
    const [a, b, c, d] = account.listed()
    const before = account.listed()
    const [added] = account.add()
    account.edit(a!.id)
    account.remove(b!.id)
    account.unsave(c!.id)
    account.saveAgain(c!.id)
    account.vote(d!.id)
    const to = account.now
    account.advanceTo(new Date('2024-03-01T00:00:00Z'))
    const oracle = oracleOf(account)
    expect(oracle.changedBetween(from, to)).toEqual({
      created: new Set([added!.id]),
      edited: new Set([a!.id]),
      scored: new Set([d!.id]),
      removed: new Set([b!.id, c!.id]),
      returned: new Set([c!.id]),
    })
    expect(oracle.steadyThroughout(from, to)).toEqual(before.filter((item) => ![a, b, c, d].includes(item)))
    expect(oracle.steadyThroughout(from, to, ['score'])).toContain(d)
    expect(oracle.listedThroughout(from, to).has(a!.id)).toBe(true)
    expect(oracle.listedThroughout(from, to).has(c!.id)).toBe(false)
    expect(oracle.valuesWithin(a!.id, from, to)).toHaveLength(2)
    expect(oracle.valuesWithin(a!.id, to, to)).toHaveLength(1)
    expect(oracle.shownAt(to, { newest: 1 })).toEqual([added])
  })
})
