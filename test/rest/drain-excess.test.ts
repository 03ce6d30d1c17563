import { describe, expect, it } from 'vitest'
import { reportOn } from '../../src/report/report.ts'
import { type DrainScene, drainScenes, expectNothingLost } from './drain.fixture.ts'

const start = drainScenes()
const forms = [
  { name: 'Mood', deleteable: true, records: 6 },
  { name: 'Sleep', deleteable: true, records: 30 },
  { name: 'Person', deleteable: false, records: 2 },
]

/** A server that empties a whole form for each deletion. */
function emptyForm(scene: DrainScene, form: string): void {
  const empty = (): void => {
    for (const id of scene.left(form)) scene.service.study.remove(form, id)
  }
  scene.service.plan([
    { method: 'DELETE', match: `/export/${form}`, times: 'always', fault: { kind: 'run', run: empty } },
  ])
}

async function warningsOf({ dataset }: DrainScene): Promise<unknown> {
  return (await reportOn(await dataset.open(), dataset.context)).warnings
}

describe('a server that deletes more than it was asked for', () => {
  it('is found out after one record, in the first drain', async () => {
    const scene = await start({ forms })
    await scene.export()
    emptyForm(scene, 'Mood')
    const { drained, problems } = await scene.drain()
    expect(scene.sent()).toHaveLength(1)
    expect(problems).toMatchObject([{ severity: 'error', code: 'clash' }])
    expect(problems[0]!.message).toContain(
      '5 records that were to stay are gone from the server, the first of them Mood/2',
    )
    expect(problems[0]!.message).toContain('somebody else')
    expect(drained).toMatchObject({ deleted: 0, gone: 1, vanished: 5, failed: true })
    expect(drained).toMatchObject({ stay: [{ reason: 'untried', records: 30 }, { reason: 'where' }] })
    expect(scene.left('Sleep')).toHaveLength(30)
    expect(await warningsOf(scene)).toMatchObject([
      { health: 'undrained', message: expect.stringContaining('5 records that were to stay are gone') as string },
    ])
  })

  it('is tried with one record again in the next drain, and trusted after some', async () => {
    const scene = await start({ forms })
    await scene.export()
    emptyForm(scene, 'Mood')
    await scene.drain()
    emptyForm(scene, 'Sleep')
    const { drained, problems } = await scene.drain()
    expect(scene.sent()).toHaveLength(2)
    expect(drained).toMatchObject({ shown: 32, gone: 1, vanished: 29 })
    expect(problems).toMatchObject([{ code: 'clash' }])
    scene.service.plan([])
    scene.service.study.add('Mood', 4)
    await scene.export()
    expect(await scene.drain()).toMatchObject({ drained: { deleted: 4 }, problems: [] })
    expect(await warningsOf(scene)).toEqual([])
  })

  it('is found out in a later drain, too, by the next look', async () => {
    const scene = await start({ forms })
    await scene.export()
    expect(await scene.drain()).toMatchObject({ drained: { deleted: 36 }, problems: [] })
    scene.service.study.add('Mood', 3)
    await scene.export()
    scene.service.study.add('Mood', 1)
    emptyForm(scene, 'Mood')
    const { drained, problems } = await scene.drain()
    expect(problems).toMatchObject([{ code: 'clash', message: expect.stringContaining('Mood/10') as string }])
    expect(drained).toMatchObject({ shown: 6, gone: 3, vanished: 1, failed: true })
  })

  it('is not told from somebody else who deletes what was to stay', async () => {
    const scene = await start({ forms })
    await scene.export()
    const other = { kind: 'run' as const, run: () => void scene.service.study.remove('Person', 1) }
    scene.service.plan([{ method: 'DELETE', from: 3, fault: other }])
    const { drained, problems } = await scene.drain()
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message: expect.stringMatching(/^1 record that was to stay is gone .*: Person\/1;/) as string,
      },
    ])
    expect(drained).toMatchObject({ shown: 38, deleted: 36, vanished: 1, stay: [{ reason: 'where', records: 1 }] })
    expectNothingLost(scene)
  })
})

it('looks again after the first record of the first drain, and never after that', async () => {
  const scene = await start({ forms })
  await scene.export()
  await scene.drain()
  const announced = (): number[] =>
    scene.drainLines().flatMap((line) => (line.event === 'intent' ? [line.records.length] : []))
  expect(announced()).toEqual([1, 20, 15])
  scene.service.study.add('Mood', 4)
  await scene.export()
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 4 }, problems: [] })
  expect(announced()).toEqual([1, 20, 15, 4])
})

it('deletes nothing when two records have the same request', async () => {
  const twins = [
    { name: 'Mood', deleteable: true, records: 11 },
    { name: 'Mood1', deleteable: false, records: 1 },
  ]
  const scene = await start({ forms: twins }, 'request = "DELETE export/{form.name}{id}"')
  await scene.export()
  const { drained, problems } = await scene.drain()
  expect(drained).toMatchObject({ shown: 12, deleted: 0, refused: 'two records have the same request' })
  expect(problems).toMatchObject([{ severity: 'error', code: 'config' }])
  expect(problems[0]!.message).toContain('DELETE export/Mood11')
  expect((await scene.drain({ dryRun: true })).drained).toMatchObject({ refused: 'two records have the same request' })
  expect(scene.sent()).toEqual([])
  expect(scene.drainLines()).toEqual([])
})

it('names one request in a dry run', async () => {
  const scene = await start({ forms })
  await scene.export()
  expect((await scene.drain({ dryRun: true })).drained).toMatchObject({ example: 'DELETE export/Mood/1' })
})

it('is in the report while it is open what became of a deletion', async () => {
  const scene = await start({ forms: [{ name: 'Mood', deleteable: true, records: 1 }] })
  await scene.export()
  scene.service.plan([{ method: 'DELETE', times: 'always', fault: { kind: 'server-error' } }])
  await scene.drain()
  expect(await warningsOf(scene)).toMatchObject([
    { health: 'undrained', message: expect.stringContaining('whether 1 record was deleted') as string },
  ])
  scene.service.plan([])
  expect(await scene.drain()).toMatchObject({ drained: { deleted: 1 }, problems: [] })
  expect(await warningsOf(scene)).toEqual([])
})
