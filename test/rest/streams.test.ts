import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { day, idsOf, minute, readParcel, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const account = { createdPerDay: 0.4, editRate: 0, scoreRate: 0, deleteRate: 0, unsaveRate: 0 }
const newest = 'sort = "id", direction = "desc"'

describe('stop', () => {
  const stopping = (pages: number, more = ''): string =>
    streamOf(kind, 4, `stop = { known_pages = ${pages} }\n${more}`, newest)

  it.each([1, 2])('ends after %i pages that hold nothing new', async (pages) => {
    const made = await scene(stopping(pages), { account })
    await made.exportWell()
    expect((await readParcel(made.dataset)).manifest.streams['items']!.mode).toBe('full')
    made.advance(minute)
    const added = made.service.account.add(6)
    const { holds, warnings } = await made.exportWell()
    const { manifest, records } = await readParcel(made.dataset)
    expect([holds, warnings]).toEqual(['part', undefined])
    expect(manifest.streams['items']).toMatchObject({
      complete: true,
      mode: 'incremental',
      why: 'everything on the page was known',
      pages: 2 + pages,
    })
    expect(idsOf(await records<Item>('items', 'results'))).toEqual(expect.arrayContaining(idsOf(added)))
  })

  it('does not count what an incomplete export saw', async () => {
    const made = await scene(stopping(1), { account })
    await made.exportWell()
    made.advance(minute)
    made.service.account.add(11)
    made.service.plan([{ from: 2, fault: { kind: 'status', status: 400 } }])
    expect(await made.export()).toMatchObject({ state: 'suspect' })
    made.advance(minute)
    await made.exportWell()
    const { records } = await readParcel(made.dataset)
    expect(idsOf(await records<Item>('items', 'results'))).toEqual(
      expect.arrayContaining(idsOf(made.service.account.listed().slice(-11))),
    )
  })

  it.each(['', '[{"id": 1'])('asks for more when an earlier parcel was damaged since: %j', async (damage) => {
    const made = await scene(stopping(1), { account })
    await made.exportWell()
    const folder = join(made.dataset.folder, 'data', made.dataset.names('data')[0]!, 'bodies')
    for (const name of readdirSync(folder)) {
      if (damage === '') rmSync(join(folder, name))
      else writeFileSync(join(folder, name), damage)
    }
    made.advance(minute)
    await made.exportWell()
    const { records } = await readParcel(made.dataset)
    expect(idsOf(await records<Item>('items', 'results'))).toEqual(idsOf(made.service.account.listed()))
  })

  it('warns of a gap when nothing of the last export is seen again', async () => {
    const made = await scene(
      streamOf(kindNamed('token'), 5, 'stop = { known_pages = 1 }\nwindow = { newest = 10 }', `${newest}, newest = 10`),
      { account },
    )
    await made.exportWell()
    made.advance(minute)
    made.service.account.add(9)
    expect((await made.exportWell()).warnings).toBeUndefined()
    made.advance(minute)
    made.service.account.add(10)
    const event = await made.exportWell()
    expect(event.warnings).toEqual([
      'items: not one record of the last export was seen again: what lay in between may be lost; export more often',
    ])
  })

  it('makes way for a full export after full_every', async () => {
    const made = await scene(stopping(1, 'full_every = "7d"'), { account })
    await made.exportWell()
    made.advance(8 * day)
    await made.exportWell()
    const { manifest, records } = await readParcel(made.dataset)
    expect(manifest.streams['items']!.mode).toBe('full')
    expect(idsOf(await records<Item>('items', 'results'))).toEqual(idsOf(made.service.account.listed()))
  })
})

it('high_water reports records at or below the largest id that the server still shows', async () => {
  const stream = streamOf(kind, 50, 'high_water = { field = "id", per = "list" }')
  const made = await scene(stream, { account })
  expect((await made.exportWell()).warnings).toBeUndefined()
  const { account: live } = made.service
  const { length } = live.listed()
  made.advance(minute)
  live.add(3)
  const { warnings } = await made.exportWell()
  expect(warnings).toEqual([
    `items: ${length} records at or below the high-water mark of the last export are still on the server`,
  ])
  for (const { id } of live.listed().slice(1)) live.remove(id)
  made.advance(minute)
  expect((await made.exportWell()).warnings).toEqual([expect.stringMatching(/^items: 1 record at or below/)])
  const largest: Record<string, string> = {}
  for (const { list, id } of live.log.map(({ item }) => item))
    largest[list] = String(Math.max(Number(largest[list] ?? 0), id))
  expect((await readParcel(made.dataset)).state.streams!['items']!.marks).toEqual(largest)
})

describe('a stream without a paginator', () => {
  it.each([
    ['limit = 5', 5, true],
    ['limit = 5', 4, false],
    ['x = 1', 20, true],
    ['x = 1', 23, false],
    ['x = 1', 0, false],
  ])('is warned of when its page is exactly full: %s, %i records', async (params, count, isWarned) => {
    const made = await scene(`[[source.streams]]\nname = "items"\npath = "/lone"\nparams = { ${params} }`, {
      account: { createdPerDay: 0 },
    })
    const body = Array.from({ length: count }, (_, id) => ({ id }))
    for (let run = 0; run < 2; run++) {
      made.service.plan([{ fault: { kind: 'status', status: 200, body } }])
      const { warnings } = await made.exportWell()
      // That the very first export of a list is empty is another warning.
      const said = warnings?.filter((warning) => !warning.includes('not one record came')) ?? []
      expect(said).toEqual(isWarned ? [expect.stringContaining('no `page` says how to get the next one')] : [])
      made.advance(minute)
    }
  })

  it('is warned of when the server names a next page, but not when its configuration says that there is none', async () => {
    const linked = streamOf({ ...kindNamed('link'), page: '{ kind = "none" }' }, 3)
    const made = await scene(linked.replace('page = { kind = "none" }', ''), { account })
    expect((await made.exportWell()).warnings).toEqual([expect.stringContaining('the server names a next page')])
    made.configure(linked)
    made.advance(minute)
    expect((await made.exportWell()).warnings).toBeUndefined()
  })
})

describe('what a status means', () => {
  const one = '[[source.streams]]\nname = "one"\npath = "/one"\n[[source.streams]]\nname = "two"\npath = "/page/none"\n'
  const refuse = {
    match: '/one',
    times: 'always',
    fault: { kind: 'status', status: 410, body: { error: 'Gone Fishing' } },
  } as const

  it.each([
    ['skip', { complete: false, skipped: 1, why: 'skipped: status 410' }],
    ['end', { complete: true, skipped: 0, why: 'status 410' }],
  ])('is what `on` says: %s', async (action, told) => {
    for (const rule of ['410', '4xx', '410:gone fishing']) {
      const made = await scene(`on = { "${rule}" = "${action}", "410:other" = "fail" }\n${one}`, { account })
      made.service.plan([refuse])
      const event = await made.exportWell()
      expect((await readParcel(made.dataset)).manifest.streams['one']).toMatchObject(told)
      expect(event.holds).toBe(action === 'end' ? undefined : 'part')
    }
  })

  it.each([
    ['retry', 3],
    ['fail', 1],
  ])('is what `on` says: %s', async (action, requests) => {
    const made = await scene(`retry = { tries = 3 }\non = { "410" = "${action}" }\n${one}`, { account })
    made.service.plan([refuse])
    expect(await made.export()).toMatchObject({
      incomplete: [expect.stringMatching(/^one is incomplete: .*410.*Gone Fishing/)],
    })
    expect(made.service.requests.filter(({ path }) => path.startsWith('/one'))).toHaveLength(requests)
  })

  it('is what `on` says: wait', async () => {
    const made = await scene(`on = { "410:fishing" = "wait" }\n${one}`, { account })
    made.service.plan([
      { ...refuse, times: 2 },
      { match: '/one', from: 3, fault: { kind: 'status', status: 200, body: [] } },
    ])
    await made.exportWell()
    expect(made.dataset.clock.sleeps.filter((ms) => ms >= 1000)).toHaveLength(2)
  })
})

describe('a request', () => {
  it.each([
    ['json', 'application/json', '{"limit":3,"tag":["a","b"],"all":true,"cursor":"t1"}'],
    ['form', 'application/x-www-form-urlencoded', 'limit=3&tag=a&tag=b&all=true&cursor=t1'],
  ])('may carry its parameters in its body: %s', async (where, type, second) => {
    const made = await scene(
      `[[source.streams]]
name = "items"
path = "/search"
items = "rows"
params_in = "${where}"
params = { limit = 3, tag = ["a", "b"], all = true }
page = { kind = "token", at = "next", param = "cursor" }`,
      { account: { createdPerDay: 0 } },
    )
    made.service.plan([
      { fault: { kind: 'status', status: 200, body: { rows: [1], next: 't1' } } },
      { from: 2, fault: { kind: 'status', status: 200, body: { rows: [2], next: null } } },
    ])
    await made.exportWell()
    const [, request] = made.service.requests
    expect(request).toMatchObject({ method: 'POST', path: '/search', body: second })
    expect(request!.headers['content-type']).toBe(type)
    expect((await readParcel(made.dataset)).lines.map(({ url }) => url)).toEqual(
      Array(2).fill(`${made.service.url}/search`),
    )
  })

  it('may be for anything, which is kept as it is', async () => {
    const made = await scene('[[source.streams]]\nname = "page"\npath = "/page"\nformat = "any"', {
      account: { createdPerDay: 0 },
    })
    made.service.plan([{ fault: { kind: 'echo', status: 200 } }])
    await made.exportWell()
    const { lines, body } = await readParcel(made.dataset)
    expect((await body(lines[0]!)).toString()).toContain('"path":"/page"')
    expect(lines[0]).not.toHaveProperty('items')
    expect(lines[0]!.body).toBe('bodies/000001.json')
  })
})

it.each(['gzip', 'zstd'])('bodies are compressed with %s, and read again when an export goes on', async (codec) => {
  const made = await scene('', { account })
  made.configure(streamOf(kind, 4), `compress = "${codec}"`)
  made.service.plan([{ from: 3, fault: { kind: 'limited', seconds: 7200 } }])
  expect(await made.export()).toMatchObject({ event: 'parked' })
  made.advance(7200_000)
  await made.exportWell()
  const { records, manifest } = await readParcel(made.dataset)
  expect(manifest.resumedRequests).toBe(2)
  expect(idsOf(await records<Item>('items', 'results'))).toEqual(idsOf(made.service.account.listed()))
  const [name] = made.dataset.names('data')
  const bodies = readdirSync(join(made.dataset.folder, 'data', name!, 'bodies'))
  expect(bodies.every((body) => body.endsWith(codec === 'gzip' ? '.json.gz' : '.json.zst'))).toBe(true)
  expect(readdirSync(join(made.dataset.folder, 'data', name!))).toContain('requests.ndjson')
})
