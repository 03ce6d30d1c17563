import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type DrainScene,
  type KillAt,
  drainScenes,
  expectNothingLost,
  killedSystem,
  untilKilled,
} from './drain.fixture.ts'

const start = drainScenes()
const few = [
  { name: 'Mood', deleteable: true, records: 4 },
  { name: 'Sleep', deleteable: true, records: 2 },
  { name: 'Person', deleteable: false, records: 1 },
]
// Three batches: 1, 20 and 4.
const forms = [
  { name: 'Mood', deleteable: true, records: 22 },
  { name: 'Sleep', deleteable: true, records: 3 },
  { name: 'Person', deleteable: false, records: 1 },
]

/** Kills a drain at one place after the other, each in a world of its own, until it is not reached any more. */
async function atEach(
  placeOf: (count: number) => KillAt,
  restart: (scene: DrainScene, at: string) => Promise<void>,
  { forms: asked = forms, every = 1 } = {},
): Promise<number> {
  for (let count = 1; ; count += every) {
    const scene = await start({ forms: asked, reusesIds: true })
    await scene.export()
    const system = killedSystem(scene.dataset.system, placeOf(count))
    if (!(await untilKilled(() => scene.drain({ system })))) return count - 1
    await restart(scene, JSON.stringify(placeOf(count)))
    await scene.service.stop()
    rmSync(scene.dataset.folder, { recursive: true })
  }
}

/** The next drain needs no help, and nothing is left that should be gone. */
async function expectDrained(scene: DrainScene, at: string): Promise<void> {
  const { problems } = await scene.drain()
  expect(problems, at).toEqual([])
  expect([scene.left('Mood'), scene.left('Sleep'), scene.left('Person')], at).toEqual([[], [], [1]])
  const added = scene.service.study.log.filter(({ kind, form }) => kind === 'added' && form !== 'Person')
  expect(scene.deletions(), at).toHaveLength(added.length)
  expectNothingLost(scene)
  expectNoneOpen(scene, at)
}

/** Each record that the ledger announces is settled, once for each time. */
function expectNoneOpen(scene: DrainScene, at: string): void {
  expect([...openRecords(scene, at)], at).toEqual([])
}

/** Groups and keys of what is announced, and not settled yet. */
function openRecords(scene: DrainScene, at: string): Set<string> {
  const open = new Set<string>()
  for (const line of scene.drainLines()) {
    if (line.event !== 'intent' && line.event !== 'done') continue
    for (const { key, for: group } of line.records) {
      const name = JSON.stringify([group, key])
      if (line.event === 'intent') open.add(name)
      else expect(open.delete(name), `${at}: done without an intent: ${name}`).toBe(true)
    }
  }
  return open
}

describe('a drain that is killed', () => {
  it.each(['kill', 'kill half-way'] as const)(
    'at any step that changes the disk: the next one ends it (%s)',
    async (how) => {
      const steps = await atEach((step) => ({ step, how }), expectDrained)
      expect(steps).toBe(18)
    },
    240_000,
  )

  it.each(['before', 'after'] as const)(
    'at any request: the next one ends it (%s it arrives)',
    async (how) => {
      const requests = await atEach((request) => ({ request, how }), expectDrained, { forms: few })
      // A look has four, and there are three.
      expect(requests).toBe(6 + 12)
    },
    240_000,
  )

  it('is ended by a run, too, when nothing is due', async () => {
    const scene = await start({ forms })
    await scene.dataset.run({ exportNow: true })
    const system = killedSystem(scene.dataset.system, { request: 14, how: 'after' })
    expect(await untilKilled(() => scene.drain({ system }))).toBe(true)
    scene.dataset.clock.advance(60_000)
    const outcome = await scene.dataset.run()
    expect(outcome).toMatchObject({ due: { due: false }, problems: [], drained: { deleted: 19, gone: 5 } })
    await expectDrained(scene, 'run')
  })

  it('leaves new records that got the ids of deleted ones, and says so', async () => {
    await atEach(
      (request) => ({ request: request + 4, how: 'after' }),
      async (scene, at) => {
        const added = scene.service.study.add('Mood', 3)
        const open = openRecords(scene, at)
        const reused = added.filter(
          ({ id }) =>
            open.has(JSON.stringify([{ 'form.name': 'Mood' }, String(id)])) &&
            scene.deletions().some(({ form, record }) => form === 'Mood' && record.id === id),
        )
        const { drained, problems } = await scene.drain()
        expect(scene.service.study.records('Mood'), at).toEqual(added)
        expect(scene.left('Sleep'), at).toEqual([])
        expectNothingLost(scene)
        expectNoneOpen(scene, at)
        const last = scene.drainLines().findLast(({ event }) => event === 'intent')
        // Once a batch is done, its ids are free for all.
        const isOpen = problems.length > 0
        if (isOpen) {
          const message = reused.length === 1 ? '1 record has changed' : `${reused.length} records have changed`
          expect(problems, at).toMatchObject([{ severity: 'error', code: 'clash' }])
          expect(problems[0]!.message, at).toContain(message)
          expect(problems[0]!.message, at).toContain(`export/Mood/${reused[0]!.id}`)
        }
        expect(last, at).toBeDefined()
        expect(drained.stay, at).toContainEqual({ reason: 'where', records: 1 })
      },
      { every: 6 },
    )
  })

  it('leaves a record that is edited before the next one', async () => {
    const scene = await start({ forms })
    await scene.export()
    const system = killedSystem(scene.dataset.system, { request: 12, how: 'before' })
    expect(await untilKilled(() => scene.drain({ system }))).toBe(true)
    const edited = scene.service.study.records('Mood')!.find(({ id }) => id === 4)!
    Object.assign(edited, { score: 99 })
    const { drained, problems } = await scene.drain()
    expect(drained).toMatchObject({ deleted: 21, gone: 2 })
    expect(problems).toMatchObject([{ severity: 'error', code: 'clash' }])
    expect(scene.left('Mood')).toEqual([4])
    expect(scene.drainLines()).toContainEqual(
      expect.objectContaining({
        event: 'done',
        records: expect.arrayContaining([{ key: '4', for: { 'form.name': 'Mood' }, kept: 'changed' }]) as unknown,
      }),
    )
    // Once it is sealed as it is now, it is a record like any other.
    await scene.export()
    expect(await scene.drain()).toMatchObject({ drained: { deleted: 1 }, problems: [] })
    expectNothingLost(scene)
  })

  it('settles what is not to be deleted any more', async () => {
    const scene = await start({ forms })
    await scene.export()
    const system = killedSystem(scene.dataset.system, { request: 12, how: 'before' })
    expect(await untilKilled(() => scene.drain({ system }))).toBe(true)
    scene.configure('where = "false_field"')
    expect(await scene.drain()).toMatchObject({ drained: { deleted: 0, gone: 2 }, problems: [] })
    expect(scene.left('Mood')).toHaveLength(19)
    expectNoneOpen(scene, 'where')
  })
})
