import { describe, expect, it } from 'vitest'
import { type DrainScene, drainScenes, expectNothingLost } from './drain.fixture.ts'

const start = drainScenes()
const forms = [{ name: 'Mood', deleteable: true, records: 6 }]
const deletions = { method: 'DELETE' }

function doneKeys(scene: DrainScene): string[] {
  return scene.drainLines().flatMap((line) => (line.event === 'done' ? line.records.map(({ key }) => key) : []))
}

describe('a deletion of which it is open what became of it', () => {
  it.each([
    ['a connection that breaks before it is done', { kind: 'reset' as const }],
    ['a connection that breaks after it', { kind: 'reset' as const, handled: true }],
    ['a status 500 before it is done', { kind: 'server-error' as const }],
    ['a status 500 after it', { kind: 'server-error' as const, handled: true }],
    ['a status 503 that says when to come back', { kind: 'unavailable' as const, seconds: 5 }],
  ])('is not sent again before another look: %s', async (_, fault) => {
    const scene = await start({ forms, reusesIds: true })
    await scene.export()
    // What gets the id of a deleted record is nobody's to delete.
    const reuse = { kind: 'run' as const, run: () => void scene.service.study.add('Mood') }
    // The first look has passed when the new record comes.
    scene.service.plan([
      { ...deletions, from: 2, fault },
      { method: 'GET', match: '/export/Mood', from: 2, fault: reuse },
    ])
    const before = scene.service.requests.length
    const { drained } = await scene.drain()
    // Between two requests for one record there is a look.
    const asked = scene.service.requests.slice(before).map(({ method, path }) => (method === 'GET' ? 'look' : path))
    const looks = asked
      .join(' ')
      .split('look')
      .map((between) => between.trim().split(' '))
    for (const between of looks) expect(new Set(between).size).toBe(between.length)
    expect(drained.deleted + drained.gone).toBeGreaterThanOrEqual(5)
    expect(scene.service.study.records('Mood')).toHaveLength(1)
    expectNothingLost(scene)
  })
})

it('tries once more what has failed, after another look', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.service.plan([{ ...deletions, match: '/export/Mood/3', fault: { kind: 'server-error' } }])
  const { drained, problems } = await scene.drain()
  expect(problems).toEqual([])
  expect(drained).toMatchObject({ deleted: 6, stay: [] })
  expect(scene.sent().filter((request) => request.endsWith('/3'))).toHaveLength(2)
})

it('tells what the server does not delete, deletes the others, and tries again next time', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.service.plan([
    { ...deletions, match: '/export/Mood/3', times: 'always', fault: { kind: 'status', status: 405 } },
  ])
  const { drained, problems } = await scene.drain()
  expect(drained).toMatchObject({ deleted: 5, stay: [{ reason: 'failed', records: 1 }] })
  expect(problems).toMatchObject([{ severity: 'error', code: 'http' }])
  expect(problems[0]!.message).toMatch(/^1 record could not be deleted: DELETE .*\/export\/Mood\/3: HTTP 405/)
  scene.service.plan([])
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 1 }, problems: [] })
})

it('gives up after `limits.give_up_after` failures in a row', async () => {
  const scene = await start({ forms: [{ name: 'Mood', deleteable: true, records: 60 }] })
  await scene.export()
  scene.service.plan([{ ...deletions, times: 'always', fault: { kind: 'server-error' } }])
  const { drained, problems } = await scene.drain()
  expect(scene.sent()).toHaveLength(5)
  expect(drained).toMatchObject({
    deleted: 0,
    stay: [
      { reason: 'failed', records: 3 },
      { reason: 'untried', records: 57 },
    ],
  })
  expect(problems).toHaveLength(2)
  scene.service.plan([])
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 60, stay: [] }, problems: [] })
  expectNothingLost(scene)
})

it('stops at a refused authorization, and tells it', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.service.plan([{ ...deletions, from: 3, times: 'always', fault: { kind: 'unauthorized' } }])
  const { drained, problems } = await scene.drain()
  expect(drained).toMatchObject({ deleted: 2, stay: [{ reason: 'untried', records: 4 }] })
  expect(problems).toMatchObject([{ severity: 'error', code: 'auth' }])
  expect(doneKeys(scene)).toEqual(['1', '2'])
})

it('waits as long as the server says, and is no failure when that is too long', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.service.plan([
    { ...deletions, from: 2, fault: { kind: 'limited', seconds: 30 } },
    { ...deletions, from: 5, fault: { kind: 'limited', seconds: 7200 } },
  ])
  const { drained, problems } = await scene.drain()
  expect(drained).toMatchObject({ deleted: 3, stay: [{ reason: 'untried', records: 3 }] })
  expect(problems).toMatchObject([{ severity: 'warning', code: 'parked' }])
  scene.dataset.clock.advance(7_200_000)
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 3 }, problems: [] })
})

it('looks again before it goes on, when a look is minutes old', async () => {
  const scene = await start({ forms: [{ name: 'Mood', deleteable: true, records: 45 }] })
  await scene.export()
  const { requests } = scene.service
  const before = requests.length
  scene.service.plan([{ ...deletions, from: 10, fault: { kind: 'limited', seconds: 400 } }])
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 45 }, problems: [] })
  const methods = requests.slice(before).map(({ method }) => method)
  // Two requests a look: forms, entries. The batch that has begun is ended first.
  expect(methods.join(' ').replaceAll(/(?:DELETE ?)+/g, 'D ')).toBe('GET GET D GET GET D GET GET D GET GET')
})

it('deletes nothing when the look breaks off', async () => {
  const scene = await start({ forms })
  await scene.export()
  scene.service.plan([{ method: 'GET', match: '/export/Mood', times: 'always', fault: { kind: 'server-error' } }])
  expect(await scene.drain()).toMatchObject({
    drained: { deleted: 0 },
    problems: [{ severity: 'error', code: 'http' }],
  })
  expect(scene.sent()).toEqual([])
})

it('raises an alarm for what the server says it has deleted, and shows', async () => {
  const scene = await start({ forms: [{ name: 'Mood', deleteable: true, records: 60 }] })
  await scene.export()
  scene.service.plan([{ ...deletions, times: 'always', fault: { kind: 'status', status: 204 } }])
  const first = await scene.drain()
  expect(first.problems).toMatchObject([{ severity: 'error', code: 'http' }])
  expect(first.problems[0]!.message).toBe(
    '1 record is still on the server, which has answered that it was deleted, or not there any more',
  )
  expect(first.drained).toMatchObject({
    deleted: 1,
    stay: [
      { reason: 'back', records: 1 },
      { reason: 'untried', records: 59 },
    ],
  })
  // Then it gets some a drain to do better.
  for (const deleted of [1, 20]) {
    expect(await scene.drain()).toMatchObject({ drained: { deleted }, problems: [{ code: 'http' }] })
  }
  expect(scene.sent()).toHaveLength(22)
  scene.service.plan([])
  const third = await scene.drain()
  expect(third).toMatchObject({ drained: { deleted: 60, stay: [] }, problems: [] })
  expectNothingLost(scene)
})

it('is not fooled by an address that answers 404 to everything', async () => {
  const scene = await start({ forms }, 'request = "DELETE exprot/{form.name}/{id}"')
  await scene.export()
  const { drained, problems } = await scene.drain()
  expect(drained).toMatchObject({ deleted: 0, gone: 1, stay: [{ reason: 'back', records: 1 }, { reason: 'untried' }] })
  expect(problems).toMatchObject([
    { severity: 'error', code: 'http', hint: expect.stringContaining('drain.request') as string },
  ])
  scene.configure()
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 6 }, problems: [] })
})

it('ends well what has begun when it is interrupted', async () => {
  const scene = await start({ forms })
  await scene.export()
  const controller = new AbortController()
  const interrupt = { kind: 'run' as const, run: () => controller.abort() }
  scene.service.plan([{ ...deletions, from: 3, fault: interrupt }])
  scene.dataset.context.signal = controller.signal
  const { problems } = await scene.drain()
  expect(problems).toMatchObject([{ code: 'cancelled' }])
  expect(doneKeys(scene)).toEqual(['1', '2'])
  scene.dataset.context.signal = new AbortController().signal
  const { drained } = await scene.drain()
  expect(drained.deleted + drained.gone).toBe(4)
  expectNothingLost(scene)
})
