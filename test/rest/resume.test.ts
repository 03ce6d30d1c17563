import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Item } from '../simulator/item.ts'
import { type Fault, Killed, breakingFiles } from '../support/breaking-files.ts'
import { kindNamed, streamOf } from './kinds.fixture.ts'
import { hour, idsOf, minute, readParcel, type Scene, scenes } from './rest.fixture.ts'

const scene = scenes()
const kind = kindNamed('token')

/** A stream of a few pages, with a cursor, and a child. */
const family = `${streamOf(kind, 3, 'cursor = { field = "updated_at", param = "since" }', 'sort = "updated_at"')}
[[source.streams]]
name = "comments"
path = "/items/{item.id}/comments"
each = { item = "items", where = "comments > 2" }
items = "comments"
key = "id"
`
const account = { createdPerDay: 0.15 }

async function isKilled(made: Scene, fault: Fault): Promise<boolean> {
  try {
    await made.export({ ...made.dataset.system, files: breakingFiles(fault).files })
    return false
  } catch (error) {
    if (error instanceof Killed) return true
    throw error
  }
}

/** Everything that the service shows is in the newest parcel, and it is the only one. */
async function expectWhole({ service, dataset }: Scene): Promise<void> {
  const { manifest, records } = await readParcel(dataset)
  const items = await records<Item & { comments: number }>('items', kind.items)
  expect(idsOf(items)).toEqual(idsOf(service.account.listed()))
  const commented = items.filter(({ comments }) => comments > 2)
  expect(commented.length).toBeGreaterThan(1)
  expect(await records('comments', 'comments')).toHaveLength(commented.length * 3)
  expect(Object.values(manifest.streams).map(({ complete }) => complete)).toEqual([true, true])
  expect(dataset.names('incomplete')).toEqual([])
}

/** What was asked for more than once. */
function askedTwice({ service }: Scene): string[] {
  const paths = service.requests.map(({ path }) => path)
  return paths.filter((path, index) => paths.indexOf(path) !== index)
}

it.each(['kill', 'kill half-way'] as const)(
  'an export that is killed at any step on the disk goes on, and asks for no page twice but the one under way (%s)',
  async (how) => {
    let resumed = 0
    const whole = await scene(family, { account })
    const { files, steps } = breakingFiles(() => 'go on')
    await whole.exportWell({ ...whole.dataset.system, files })
    // Only a write can be done by half.
    const those = [...steps.keys()].filter((index) => how === 'kill' || steps[index]!.startsWith('write'))
    for (const step of those.map((index) => index + 1)) {
      const made = await scene(family, { account })
      expect(await isKilled(made, (at) => (at === step ? how : 'go on'))).toBe(true)
      made.advance(minute)
      const { exported, problems } = await made.dataset.run()
      expect(problems).toEqual([])
      if (exported !== undefined)
        expect(exported, `after step ${step}`).toMatchObject({ event: 'sealed', state: 'good' })
      await expectWhole(made)
      expect(askedTwice(made).length, `${askedTwice(made).join()} after step ${step}`).toBeLessThan(2)
      const { parcels } = made.dataset.history()
      expect(parcels.filter(({ state }) => state === 'good')).toHaveLength(1)
      // Where the journal had no page yet, there was nothing to go on with.
      if (parcels.length === 1) resumed += 1
      await made.service.stop()
    }
    expect(resumed).toBeGreaterThan(those.length * 0.7)
  },
)

it('an export that is killed while any request is under way goes on in the same parcel', async () => {
  for (let request = 1; ; request++) {
    const made = await scene(family, { account })
    let asked = 0
    const dead = breakingFiles(() => (asked >= request ? 'kill' : 'go on')).files
    made.service.plan([{ times: 'always', fault: { kind: 'run', run: () => void asked++ } }])
    const wasKilled = await made.export({ ...made.dataset.system, files: dead }).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true
        throw error
      },
    )
    if (!wasKilled) break
    made.service.plan([])
    made.advance(minute)
    expect(await made.dataset.run()).toMatchObject({ problems: [], exported: { state: 'good' } })
    await expectWhole(made)
    expect(askedTwice(made)).toHaveLength(1)
    if (request > 1) expect((await readParcel(made.dataset)).manifest.resumedRequests).toBe(request - 1)
    await made.service.stop()
    if (request > 30) break
  }
})

/** Kills the export when it has so many pages. */
async function killAfter(made: Scene, pages: number): Promise<void> {
  let lines = 0
  const killed = await isKilled(made, (_, name) =>
    name.startsWith('sync') && name.includes('requests.ndjson') && ++lines === pages + 1 ? 'kill' : 'go on',
  )
  expect(killed).toBe(true)
}

describe('an export that was killed', () => {
  it('goes on with the next due run, and again if that one is killed too', async () => {
    const made = await scene(family, { account })
    for (const pages of [1, 1, 1]) {
      await killAfter(made, pages)
      made.advance(10 * minute)
    }
    const { due, exported } = await made.dataset.run()
    expect(due).toMatchObject({ due: true, because: expect.stringContaining('was broken off and goes on') as string })
    expect(exported).toMatchObject({ state: 'good', parcel: '2026-03-01T060000Z' })
    await expectWhole(made)
    expect(made.dataset.history().entries.map(({ event }) => event)).toEqual([
      'started',
      'resumed',
      'resumed',
      'resumed',
      'sealed',
    ])
  })

  it('begins anew when its last page is older than resume_within, and what was left goes with the next prune', async () => {
    const made = await scene(`resume_within = "30m"\n${family}`, { account })
    await killAfter(made, 2)
    made.advance(31 * minute)
    const { exported } = await made.dataset.run()
    expect(exported).toMatchObject({ state: 'good', parcel: '2026-03-01T063100Z' })
    expect((await readParcel(made.dataset)).manifest.resumedRequests).toBe(0)
    expect(made.dataset.history().parcels[0]).toMatchObject({ state: 'failed' })
    expect(made.dataset.names('incomplete')).toEqual([])
  })

  it.each([
    ['another page size', (text: string) => text.replace('limit = 3', 'limit = 4')],
    ['another condition', (text: string) => text.replace('comments > 2', 'comments > 1')],
  ])('begins anew, in the same parcel, with %s', async (_, change) => {
    const made = await scene(family, { account })
    await killAfter(made, 3)
    made.configure(change(family))
    await made.exportWell()
    const { manifest, records } = await readParcel(made.dataset)
    expect(manifest.resumedRequests).toBe(0)
    expect(idsOf(await records<Item>('items', kind.items))).toEqual(idsOf(made.service.account.listed()))
  })

  it('drops a torn line and bodies without a line', async () => {
    const made = await scene(family, { account })
    await killAfter(made, 3)
    const folder = join(made.dataset.folder, 'incomplete/2026-03-01T060000Z')
    const journal = join(folder, 'requests.ndjson')
    const whole = readFileSync(journal, 'utf8').trimEnd().split('\n')
    expect(whole.length).toBeGreaterThan(2)
    writeFileSync(journal, `${whole.slice(0, 2).join('\n')}\n${whole[2]!.slice(0, 40)}`)
    writeFileSync(join(folder, 'bodies/000099.json'), '[]')
    await made.exportWell()
    await expectWhole(made)
    expect((await readParcel(made.dataset)).manifest.resumedRequests).toBe(2)
    expect(readdirSync(join(made.dataset.folder, 'data/2026-03-01T060000Z/bodies'))).not.toContain('000099.json')
  })

  it('holds what the server showed at each page, and asks again from its first beginning next time', async () => {
    const made = await scene(family, { account })
    await killAfter(made, 2)
    made.advance(20 * minute)
    const edited = made.service.account.edit(made.service.account.listed()[0]!.id)
    await made.exportWell()
    const { state } = await readParcel(made.dataset)
    const cursor = state.streams!['items']!.cursors!['']!
    expect(Date.parse(cursor)).toBeLessThanOrEqual(Date.parse('2026-03-01T06:00:00Z'))
    made.advance(hour)
    await made.exportWell()
    const later = await readParcel(made.dataset)
    expect(idsOf(await later.records<Item>('items', kind.items))).toContain(edited.id)
  })

  it('keeps what its parcel lacks and leaves out when the crash came between the move and the ledger line', async () => {
    const made = await scene(family, { account })
    await made.exportWell()
    made.advance(hour)
    made.service.plan([{ stream: 'page.comments', times: 'always', fault: { kind: 'status', status: 500 } }])
    made.service.account.edit(made.service.account.listed().find(({ id }) => id % 4 === 3)!.id)
    const killed = await isKilled(made, (_, name) =>
      name.includes('write') && isLedger(name, made) ? 'kill' : 'go on',
    )
    expect(killed).toBe(true)
    made.service.plan([])
    made.advance(minute)
    await made.dataset.run()
    const sealed = made.dataset.history().entries.filter(({ event }) => event === 'sealed')
    expect(JSON.parse(sealed[1]!.line)).toMatchObject({
      recovered: true,
      state: 'suspect',
      holds: 'part',
      incomplete: [expect.stringContaining('comments is incomplete')],
    })
  })
})

/** The third line of an export's life: `started`, then after the move `sealed`. */
function isLedger(name: string, { dataset }: Scene): boolean {
  return name.endsWith('ledger.ndjson') && dataset.names('data').length === 2
}

it('an interrupt parks the export, and the next run goes on with it', async () => {
  const made = await scene(family, { account })
  const stop = new AbortController()
  made.service.plan([{ from: 4, fault: { kind: 'run', run: () => stop.abort() } }])
  const { runDataset } = await import('../../src/dataset/run.ts')
  const outcome = await runDataset(await made.dataset.open(), { ...made.dataset.context, signal: stop.signal }, {})
  expect(outcome.exported).toMatchObject({ event: 'parked', code: 'cancelled', reason: 'interrupted' })
  expect(made.dataset.history().newest).toMatchObject({ state: 'parked' })
  await made.exportWell()
  await expectWhole(made)
  expect(askedTwice(made)).toHaveLength(1)
})
