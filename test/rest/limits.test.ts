import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { hour, idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const account = { createdPerDay: 0.4 }
const stream = streamOf(kind, 4)
const named = (name: string): string => stream.replace('"items"', `"${name}"`)

/** Slow enough for others to begin meanwhile, however busy the machine is. */
const slow = { kind: 'slow', pieces: 2, pauseMs: 200 } as const

async function expectEverything({ service, dataset }: Scene): Promise<void> {
  const { records, manifest } = await readParcel(dataset)
  expect(idsOf(await records<Item>('items', kind.items))).toEqual(idsOf(service.account.listed()))
  expect(manifest.streams['items']!.complete).toBe(true)
}

describe('limits', () => {
  it.each([1, 2, 3])('let %i requests be under way, and no more', async (parallel) => {
    const made = await scene(`limits = { parallel = ${parallel} }\n${'abcd'.split('').map(named).join('')}`, {
      account,
    })
    made.service.plan([{ times: 8, fault: slow }])
    await made.exportWell()
    expect(Math.max(...made.service.requests.map(({ underWay }) => underWay))).toBe(parallel)
  })

  it('hold for the children of many parents, too', async () => {
    const children = `
[[source.streams]]
name = "comments"
path = "/items/{item.id}/comments"
each = { item = "items" }
items = "comments"
key = "id"
`
    const made = await scene(`limits = { parallel = 2 }\n${stream}${children}`, { account })
    made.service.plan([{ stream: 'page.comments', times: 8, fault: slow }])
    await made.exportWell()
    const { manifest } = await readParcel(made.dataset)
    expect(manifest.streams['comments']!.groups).toBe(made.service.account.listed().length)
    expect(Math.max(...made.service.requests.map(({ underWay }) => underWay))).toBe(2)
  })

  it.each([
    ['30/min', 2000],
    ['2/s', 500],
    ['720/h', 5000],
  ])('space requests evenly: %s', async (rate, spacingMs) => {
    const made = await scene(`limits = { rate = "${rate}" }\n${named('a')}${named('b')}`, { account })
    await made.exportWell()
    const times = made.service.requests.map(({ at }) => at.getTime())
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps.length).toBeGreaterThan(8)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(spacingMs)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(spacingMs + 1)
  })

  it('leave the reserve to others, and wait for the reset', async () => {
    const issues = `
[[source.streams]]
name = "issues"
path = "/repos/me/x/issues"
page = { kind = "link" }
params = { per_page = 2, state = "all" }
key = "id"
`
    const made = await scene(`limits = { reserve = 7 }\n${issues}`, { account, rate: { limit: 10, seconds: 300 } })
    await made.exportWell()
    expect(made.service.requests.length).toBeGreaterThan(8)
    expect(made.service.requests.every(({ status }) => status === 200)).toBe(true)
    // Three in each window of five minutes.
    const windows = made.service.requests.map(({ at }) => Math.floor(at.getTime() / 300_000))
    for (const window of windows) expect(windows.filter((one) => one === window).length).toBeLessThanOrEqual(3)
    const waited = made.dataset.clock.sleeps.filter((ms) => ms > 200_000)
    expect(waited.length).toBeGreaterThanOrEqual(Math.floor(made.service.requests.length / 3) - 1)
  })
})

describe('a wait that is longer than max_wait', () => {
  const limited = { kind: 'limited', seconds: 7200, style: 'reset-epoch' } as const

  it('parks the export; the first run after it goes on in the same parcel', async () => {
    const made = await scene(stream, { account })
    made.service.plan([{ from: 3, fault: limited }])
    expect(await made.export()).toMatchObject({
      event: 'parked',
      code: 'parked',
      until: '2026-03-01T08:00:00.000Z',
      reason: expect.stringContaining('127.0.0.1') as string,
    })
    const before = made.service.requests.length
    made.advance(hour)
    const early = await made.dataset.run()
    expect([early.exported, early.due]).toMatchObject([undefined, { due: false }])
    expect(early.due.because).toContain('waits until 2026-03-01T08:00:00.000Z')
    expect(made.service.requests).toHaveLength(before)
    made.advance(hour)
    const { exported, problems } = await made.dataset.run()
    expect(problems).toEqual([])
    expect(exported).toMatchObject({ state: 'good', parcel: '2026-03-01T060000Z' })
    await expectEverything(made)
    expect((await readParcel(made.dataset)).manifest.resumedRequests).toBe(2)
    expect(made.dataset.history().entries.map(({ event }) => event)).toEqual(['started', 'parked', 'resumed', 'sealed'])
  })

  it('parks again and again, until the server lets it through', async () => {
    const made = await scene(stream, { account })
    for (let round = 0; round < 3; round++) {
      made.service.plan([{ from: 2, fault: limited }])
      expect(await made.export()).toMatchObject({ event: 'parked', parcel: '2026-03-01T060000Z' })
      made.advance(2 * hour)
    }
    made.service.plan([])
    await made.exportWell()
    await expectEverything(made)
    const paths = made.service.requests.map(({ path }) => path)
    expect(paths.length - new Set(paths).size).toBe(3)
  })

  it('is no reason to go on when resume_within has passed since then', async () => {
    const made = await scene(stream, { account })
    made.service.plan([{ from: 3, fault: limited }])
    await made.export()
    made.advance(3 * hour + minute)
    const { exported } = await made.dataset.run()
    expect(exported).toMatchObject({ state: 'good', parcel: '2026-03-01T090100Z' })
    await expectEverything(made)
    expect((await readParcel(made.dataset)).manifest.resumedRequests).toBe(0)
    const failed = made.dataset.history().entries.find(({ event }) => event === 'failed')
    expect(failed?.line).toContain('the export was broken off, and no run went on with it in time')
  })

  it('parks before anything was had, too, and asks for nothing more meanwhile', async () => {
    const made = await scene(`${named('a')}${named('b')}`, { account })
    made.service.plan([{ times: 'always', fault: limited }])
    expect(await made.export()).toMatchObject({ event: 'parked' })
    expect(made.service.requests).toHaveLength(1)
    made.service.plan([])
    made.advance(2 * hour)
    const { exported } = await made.dataset.run()
    expect(exported).toMatchObject({ state: 'good' })
  })
})

describe('failures in a row', () => {
  it('end the asking after give_up_after of them; what was had is kept', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const made = await scene(
      `limits = { give_up_after = 3 }\nretry = { tries = 2 }\n${stream}${names.map(named).join('')}`,
      { account },
    )
    const pages = Math.ceil(made.service.account.listed().length / 4)
    made.service.plan([{ from: pages + 1, times: 'always', fault: { kind: 'server-error' } }])
    const event = await made.export()
    expect(event).toMatchObject({ state: 'suspect', holds: 'part' })
    expect(made.service.requests).toHaveLength(pages + 3 * 2)
    const { manifest } = await readParcel(made.dataset)
    expect(manifest.incomplete).toHaveLength(names.length)
    expect(manifest.incomplete.at(-1)).toMatch(/asked 127.0.0.1:\d+ no more after 3 failed requests in a row/)
    await expectEverything(made)
  })

  it('are failures of the export when nothing was had', async () => {
    const made = await scene(`retry = { tries = 2 }\n${stream}${named('a')}`, { account })
    made.service.plan([{ times: 'always', fault: { kind: 'reset' } }])
    expect(await made.export()).toMatchObject({
      event: 'failed',
      code: 'network',
      reason: expect.stringMatching(/127/),
    })
    expect(made.dataset.names('data')).toEqual([])
  })
})

it('an export that takes longer than `timeout` is parked, and goes on with the next run', async () => {
  const made = await scene('', { account })
  made.configure(stream, 'timeout = "1s"')
  made.service.plan([{ from: 3, fault: { kind: 'hang' } }])
  expect(await made.export()).toMatchObject({
    event: 'parked',
    code: 'timeout',
    reason: 'the export took longer than 1 second',
  })
  made.advance(minute)
  const { exported } = await made.dataset.run()
  expect(exported).toMatchObject({ state: 'good', parcel: '2026-03-01T060000Z' })
  await expectEverything(made)
})
