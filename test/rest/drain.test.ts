import { describe, expect, it } from 'vitest'
import { drainScenes, expectNothingLost } from './drain.fixture.ts'

const start = drainScenes()
const forms = [
  { name: 'Mood', deleteable: true, records: 5 },
  { name: 'Sleep', deleteable: true, records: 3 },
  { name: 'Person', deleteable: false, records: 2 },
]

it('deletes on the server what is sealed here, and says so in the ledger before and after', async () => {
  const scene = await start({ forms })
  const parcel = await scene.export()
  const { drained, problems } = await scene.drain()
  expect(problems).toEqual([])
  expect(drained).toEqual({
    stream: 'entries',
    shown: 10,
    deleted: 8,
    gone: 0,
    stay: [{ reason: 'where', records: 2 }],
  })
  expect([scene.left('Mood'), scene.left('Sleep'), scene.left('Person')]).toEqual([[], [], [1, 2]])
  expectNothingLost(scene)
  const [first, , intent, done, ...others] = scene.drainLines()
  expect(others).toEqual([])
  expect(first).toMatchObject({ event: 'intent', parcel, records: [{ key: '1' }] })
  expect(intent).toMatchObject({ event: 'intent', parcel, stream: 'entries' })
  expect(intent).toHaveProperty('records.0', {
    key: '2',
    for: { 'form.name': 'Mood' },
    request: 'DELETE export/Mood/2',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  })
  expect(done).toMatchObject({ event: 'done', parcel, stream: 'entries' })
  expect(done).toHaveProperty('records.6', { key: '3', for: { 'form.name': 'Sleep' }, status: 204 })
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 0, shown: 2 }, problems: [] })
  expect(scene.sent()).toHaveLength(8)
})

it.each(['gzip', 'zstd'])('reads parcels whose bodies are compressed: %s', async (codec) => {
  const scene = await start({ forms }, '', `compress = "${codec}"`)
  await scene.export()
  expect((await scene.drain()).drained).toMatchObject({ deleted: 8 })
})

it('deletes no more than `per_run`, and the rest in the next drains', async () => {
  const scene = await start({ forms }, 'per_run = 3')
  await scene.export()
  const deleted: unknown[] = []
  for (let run = 0; run < 3; run++) deleted.push((await scene.drain()).drained)
  expect(deleted).toMatchObject([
    {
      deleted: 3,
      stay: [
        { reason: 'per_run', records: 5 },
        { reason: 'where', records: 2 },
      ],
    },
    {
      deleted: 3,
      stay: [
        { reason: 'per_run', records: 2 },
        { reason: 'where', records: 2 },
      ],
    },
    { deleted: 2, stay: [{ reason: 'where', records: 2 }] },
  ])
  expectNothingLost(scene)
})

it.each([404, 410] as const)('takes a record that somebody else deletes meanwhile for gone: %s', async (goneStatus) => {
  const scene = await start({ forms, goneStatus })
  await scene.export()
  const race = { kind: 'run' as const, run: () => void scene.service.study.remove('Mood', 2) }
  scene.service.plan([{ method: 'DELETE', match: '/export/Mood/2', fault: race }])
  const { drained, problems } = await scene.drain()
  expect(problems).toEqual([])
  expect(drained).toMatchObject({ deleted: 7, gone: 1 })
  expect(scene.drainLines()[3]).toHaveProperty('records.0', {
    key: '2',
    for: { 'form.name': 'Mood' },
    status: goneStatus,
    gone: true,
  })
})

it('leaves what is new or was changed since the export', async () => {
  const scene = await start({ forms })
  await scene.export()
  const [changed] = scene.service.study.records('Mood')!
  Object.assign(changed!, { answer: 'often, by now' })
  scene.service.study.add('Sleep', 2)
  const { drained, problems } = await scene.drain()
  expect(problems).toEqual([])
  expect(drained).toMatchObject({
    deleted: 7,
    stay: [
      { reason: 'unsafe', records: 3 },
      { reason: 'where', records: 2 },
    ],
  })
  expect([scene.left('Mood'), scene.left('Sleep')]).toEqual([[1], [4, 5]])
  await scene.export()
  expect((await scene.drain()).drained).toMatchObject({ deleted: 3, stay: [{ reason: 'where', records: 2 }] })
})

it('changes nothing in a dry run: neither the server nor the ledger', async () => {
  const scene = await start({ forms }, 'enabled = false\nper_run = 6')
  await scene.export()
  const ledger = scene.dataset.read('ledger.ndjson')
  const { drained, problems } = await scene.drain({ dryRun: true })
  expect(problems).toEqual([])
  expect(drained).toMatchObject({
    wouldDelete: 6,
    deleted: 0,
    stay: [{ reason: 'per_run', records: 2 }, { reason: 'where' }],
  })
  expect(scene.sent()).toEqual([])
  expect(scene.dataset.read('ledger.ndjson')).toBe(ledger)
  await expect(scene.drain()).rejects.toMatchObject({ code: 'config' })
  expect(scene.sent()).toEqual([])
})

it('keeps secrets out of the ledger', async () => {
  const scene = await start({ forms })
  await scene.export()
  await scene.drain()
  const ledger = scene.dataset.read('ledger.ndjson')
  for (const secret of ['pass-91c7f2', Buffer.from('lab:pass-91c7f2').toString('base64')])
    expect(ledger).not.toContain(secret)
})

describe('in a run', () => {
  it('comes after the parcels are published, and before prune, which leaves what was drained', async () => {
    const scene = await start({ forms }, '', 'keep = 1')
    for (let hour = 0; hour < 3; hour++) {
      const outcome = await scene.dataset.run()
      expect(outcome.problems).toEqual([])
      expect(outcome.drained).toMatchObject({ deleted: hour === 0 ? 8 : 1 })
      expect(outcome.pruned).toEqual([])
      scene.dataset.clock.advance(3_600_000)
      scene.service.study.add('Mood')
    }
    expectNothingLost(scene)
    // What is drained no longer is still what nothing else holds.
    scene.configure(
      'enabled = false\nstream = "forms"\nrequest = "DELETE export/{name}"\nwhere = "not name"',
      'keep = 1',
    )
    for (let hour = 0; hour < 3; hour++) {
      await scene.dataset.run()
      scene.dataset.clock.advance(3_600_000)
    }
    expectNothingLost(scene)
  })

  it('asks the server only when something has become safe', async () => {
    const scene = await start({ forms })
    await scene.dataset.run()
    const before = scene.service.requests.length
    scene.dataset.clock.advance(60_000)
    expect(await scene.dataset.run()).not.toHaveProperty('drained')
    expect(scene.service.requests).toHaveLength(before)
  })

  it('is said by a dry run, and left alone by `export`', async () => {
    const scene = await start({ forms })
    expect(await scene.dataset.run({ dryRun: true })).toMatchObject({ planned: { export: true, drain: true } })
    expect(await scene.dataset.run({ exportNow: true })).not.toHaveProperty('drained')
    expect(scene.sent()).toEqual([])
  })

  it('that fails is a problem, and does not stop prune', async () => {
    const scene = await start({ forms }, '', 'keep = 1')
    scene.service.plan([{ method: 'DELETE', times: 'always', fault: { kind: 'status', status: 401 } }])
    const { drained, problems, exported } = await scene.dataset.run()
    expect(exported).toMatchObject({ state: 'good' })
    expect(drained).toMatchObject({ deleted: 0, stay: [{ reason: 'untried', records: 8 }, { reason: 'where' }] })
    expect(problems).toMatchObject([{ severity: 'error', code: 'auth' }])
  })
})
