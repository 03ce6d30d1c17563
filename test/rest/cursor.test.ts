import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { day, hour, idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')
const account = { createdPerDay: 0.4, editRate: 0, scoreRate: 0, deleteRate: 0, unsaveRate: 0 }
const sorted = 'sort = "updated_at"'

function cursored(keys = '', more = ''): string {
  return streamOf(kind, 50, `cursor = { field = "updated_at", param = "since"${keys} }\n${more}`, sorted)
}

/** What the last export asked for first. */
function sinceOf({ service }: Scene): string | null {
  const { path } = service.requests.findLast(
    ({ stream, path: asked }) => stream === 'page.cursor' && !/[?&]cursor=/.test(asked),
  )!
  return new URL(path, service.url).searchParams.get('since')
}

async function told({ dataset }: Scene): Promise<{ ids: number[]; mode: string; because: string; cursor?: string }> {
  const { manifest, records } = await readParcel(dataset)
  const { mode, because, cursor } = manifest.streams['items']!
  return {
    ids: idsOf(await records<Item>('items', kind.items)),
    mode,
    because,
    ...(cursor === undefined ? {} : { cursor }),
  }
}

const lastOf = ({ service }: Scene): Item => service.account.listed().at(-1)!

describe('a cursor', () => {
  it('asks from the last time that was seen, which comes again', async () => {
    const made = await scene(cursored(', start = "2015-01-01T00:00:00Z"'), { account })
    await made.exportWell()
    expect(sinceOf(made)).toBe('2015-01-01T00:00:00Z')
    const last = lastOf(made)
    expect(await told(made)).toMatchObject({ mode: 'full', cursor: last.updated_at })
    made.advance(5 * day)
    const event = await made.exportWell()
    expect(sinceOf(made)).toBe(last.updated_at)
    const { ids, mode } = await told(made)
    expect(mode).toBe('incremental')
    expect(event.holds).toBe('part')
    // By it the report sees that something new still comes.
    expect(event.newest).toEqual({ items: lastOf(made).updated_at })
    expect(ids).toEqual(idsOf(made.service.account.listed().filter((item) => item.updated_at >= last.updated_at)))
    expect(ids).toContain(last.id)
  })

  it('is not sent at first without a start, and stays when nothing is new', async () => {
    const made = await scene(cursored(), { account: { ...account, createdPerDay: 1 } })
    await made.exportWell()
    expect(sinceOf(made)).toBeNull()
    made.advance(minute)
    const { cursor } = await told(made)
    for (let round = 0; round < 3; round++) {
      await made.exportWell()
      made.advance(minute)
      expect(sinceOf(made)).toBe(cursor)
    }
  })

  it('never lies after the beginning of the export, less the overlap', async () => {
    const made = await scene(cursored(', overlap = "10m"'), { account })
    // The server writes it while it is asked, and a clock of an hour ahead.
    made.service.account.add()
    made.service.account.edit(lastOf(made).id)
    await made.exportWell()
    expect(await told(made)).toMatchObject({ cursor: '2026-03-01T05:50:00Z' })
    const ahead = await scene(cursored(), { account, clockOffSeconds: 3600 })
    ahead.service.account.add()
    await ahead.exportWell()
    expect(await told(ahead)).toMatchObject({ cursor: '2026-03-01T06:00:00Z' })
    const behind = await scene(cursored(), { account, clockOffSeconds: -3600 })
    behind.service.plan([{ from: 1, fault: { kind: 'run', run: ({ account: one }) => void one.add() } }])
    await behind.exportWell()
    expect((await told(behind)).cursor! <= '2026-03-01T05:00:00Z').toBe(true)
  })

  it('moves only when the stream was complete', async () => {
    const made = await scene(cursored().replace('limit = 50', 'limit = 3'), { account })
    await made.exportWell()
    const { cursor } = await told(made)
    made.advance(10 * day)
    made.service.account.add(7)
    made.service.plan([{ from: 3, fault: { kind: 'status', status: 400 } }])
    expect(await made.export()).toMatchObject({ state: 'suspect' })
    expect(await told(made)).not.toHaveProperty('cursor')
    made.advance(minute)
    await made.exportWell()
    expect(sinceOf(made)).toBe(cursor)
    expect(await told(made)).toMatchObject({ mode: 'incremental' })
  })

  it('is derived from the parcels that are there: without the newest, from the one before', async () => {
    const made = await scene(cursored(), { account })
    await made.exportWell()
    const { cursor } = await told(made)
    made.advance(20 * day)
    await made.exportWell()
    rmSync(join(made.dataset.folder, 'data', made.dataset.names('data').at(-1)!), { recursive: true })
    made.advance(minute)
    await made.exportWell()
    expect(sinceOf(made)).toBe(cursor)
    for (const name of made.dataset.names('data')) rmSync(join(made.dataset.folder, 'data', name), { recursive: true })
    made.advance(minute)
    await made.exportWell()
    expect(await told(made)).toMatchObject({ mode: 'full', ids: idsOf(made.service.account.listed()) })
  })

  it('of another stream is never taken', async () => {
    const other = cursored().replace('"items"', '"others"')
    const made = await scene(cursored(), { account })
    await made.exportWell()
    made.advance(day)
    made.configure(`${cursored()}${other}`)
    await made.exportWell()
    const { manifest } = await readParcel(made.dataset)
    expect([manifest.streams['items']!.mode, manifest.streams['others']!.mode]).toEqual(['incremental', 'full'])
  })

  it('passes over records without a time, and keeps them', async () => {
    const made = await scene(cursored(), { account })
    const rows = [
      { id: 1, updated_at: null },
      { id: 2 },
      { id: 3, updated_at: '2026-02-01T00:00:00Z' },
      { id: 4, updated_at: null },
    ]
    made.service.plan([{ fault: { kind: 'status', status: 200, body: { results: rows, next_cursor: null } } }])
    await made.exportWell()
    expect(await told(made)).toMatchObject({ ids: [1, 2, 3, 4], cursor: '2026-02-01T00:00:00Z' })
    made.advance(minute)
    made.service.plan([
      { fault: { kind: 'status', status: 200, body: { results: [{ id: 5, updated_at: null }], next_cursor: null } } },
    ])
    await made.exportWell()
    expect(await told(made)).toMatchObject({ ids: [5], cursor: '2026-02-01T00:00:00Z' })
    made.advance(minute)
    made.service.plan([
      { fault: { kind: 'status', status: 200, body: { results: [{ id: 6, updated_at: 'soon' }], next_cursor: null } } },
    ])
    const { warnings } = await made.exportWell()
    expect(warnings).toEqual([expect.stringContaining('items: some values of the cursor’s field')])
  })

  it.each([
    ['full_every = "7d"', 'the last full export is 8 days old'],
    ['retention = "7d"', 'and the server keeps 7 days'],
  ])('makes way for a full export when it is time: %s', async (keys, because) => {
    const made = await scene(cursored('', keys), { account: { ...account, createdPerDay: 3 } })
    await made.exportWell()
    made.advance(3 * day)
    await made.exportWell()
    expect(await told(made)).toMatchObject({ mode: 'incremental' })
    made.advance((keys.startsWith('full') ? 5 : 8) * day)
    const event = await made.exportWell()
    expect(await told(made)).toMatchObject({ mode: 'full', ids: idsOf(made.service.account.listed()) })
    expect((await told(made)).because).toContain(because)
    expect(event.holds).toBeUndefined()
  })

  it.each([
    ['other params', (text: string) => text.replace('limit = 50', 'limit = 40')],
    [
      'another start',
      (text: string) => text.replace('param = "since"', 'param = "since", start = "2026-01-10T00:00:00Z"'),
    ],
  ])('counts no more when the stream asks for something else: %s', async (_, change) => {
    const made = await scene(cursored(), { account })
    await made.exportWell()
    made.advance(hour)
    made.configure(change(cursored()))
    await made.exportWell()
    const { mode, because } = await told(made)
    expect([mode, because]).toEqual(['full', 'the stream asks for something else than before'])
  })

  it('may stand in the path or a parameter instead, and count in seconds', async () => {
    const made = await scene(
      streamOf(kind, 50, 'cursor = { field = "id", as = "number", start = 5 }', 'list_after = "n{cursor}"'),
      { account },
    )
    await made.exportWell()
    made.advance(minute)
    await made.exportWell()
    const paths = made.service.requests.map(({ path }) =>
      new URL(path, made.service.url).searchParams.get('list_after'),
    )
    expect(paths).toEqual(['n5', `n${lastOf(made).id}`])
  })
})

describe('parts', () => {
  const weekly = cursored('', 'full_every = "7d"')

  it('stay as long as a later whole export does not stand in for them', async () => {
    const made = await scene('', { account: { ...account, createdPerDay: 3 } })
    made.configure(weekly, 'keep = 1')
    const kept: number[] = []
    for (let round = 0; round < 18; round++) {
      const { problems } = await made.dataset.run()
      expect(problems).toEqual([])
      // The newest whole one and all after it.
      const parcels = await Promise.all(made.dataset.names('data').map((name) => readParcel(made.dataset, name)))
      expect(parcels[0]!.manifest.holds).toBe('all')
      const found = await Promise.all(parcels.map(({ records }) => records<Item>('items', kind.items)))
      expect(idsOf(found.flat())).toEqual(idsOf(made.service.account.listed()))
      kept.push(parcels.length)
      made.advance(day)
    }
    expect(Math.max(...kept)).toBeGreaterThanOrEqual(7)
    expect(Math.min(...kept.slice(8))).toBeLessThanOrEqual(2)
  })

  it('of a window stay for ever', async () => {
    const stream = streamOf(kindNamed('last-item downwards'), 20, 'window = { newest = 30 }', 'newest = 30')
    const made = await scene('', { account })
    made.configure(stream, 'keep = 1')
    for (let round = 0; round < 4; round++) {
      await made.dataset.run()
      made.advance(day)
    }
    expect(made.dataset.names('data')).toHaveLength(4)
    expect((await readParcel(made.dataset)).manifest).toMatchObject({
      holds: 'part',
      streams: { items: { window: { newest: 30 } } },
    })
  })
})
