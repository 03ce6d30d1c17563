import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Killed, breakingFiles } from '../../test/support/breaking-files.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { reportOn } from '../report/report.ts'
import { openTables } from '../view/store/table-folder.ts'
import { packDataset } from './packs/pack.ts'
import { datasetWith, packing } from './packs/packs.fixture.ts'
import { remakeDataset } from './remake.ts'
import { listSummaries } from './show.ts'
import { readyViews } from './views/views.ts'

const config = `metrics.items.cmd = "grep -o id $PARCEL_PATH | wc -l"
[views.saved]
key = "id"
`
const idOf = (date: number): string => `2026-02-0${date}T060000Z`

function withParcels(...texts: string[]): TestDataset {
  const test = testDataset(config)
  for (const folder of ['data', 'log']) mkdirSync(join(test.folder, folder))
  for (const [index, text] of texts.entries()) writeFileSync(join(test.folder, 'data', `${idOf(index + 1)}.json`), text)
  return test
}

it('makes everything again that is derived, and says what differs', async () => {
  const test = withParcels('[{"id": 1}]', '[{"id": 1}, {"id": 2}]')
  const dataset = await test.open()
  const first = await remakeDataset(dataset, test.context)
  expect(first).toMatchObject({
    dataset: 'todoist',
    recovered: [1, 2].map((date) => ({ parcel: idOf(date), state: 'good' })),
    measured: [1, 2].map(idOf),
    views: [{ view: 'saved', before: { items: 2 }, after: { items: 2, versions: 2, absent: 0, errors: 0 } }],
    problems: [],
  })
  expect(first.metrics).toContainEqual({ parcel: idOf(2), metric: 'items', after: '2' })
  expect(test.history().parcels.map(({ ended }) => ended?.event)).toEqual(['sealed', 'sealed'])

  const again = await remakeDataset(dataset, test.context)
  expect(again).toMatchObject({ recovered: [], metrics: [], measured: [1, 2].map(idOf) })
  expect(again.views[0]?.before).toEqual(again.views[0]?.after)
})

it('finds a row of metrics that somebody has changed', async () => {
  const test = withParcels('[{"id": 1}]')
  const dataset = await test.open()
  await remakeDataset(dataset, test.context)
  const path = join(test.folder, 'metrics.csv')
  writeFileSync(path, test.read('metrics.csv').replace(/,1(\r?\n)$/, ',77$1'))
  const { metrics } = await remakeDataset(dataset, test.context)
  expect(metrics).toEqual([{ parcel: idOf(1), metric: 'items', before: '77', after: '1' }])
})

it('reads the parcels again, whatever the cache says', async () => {
  const test = withParcels('[{"id": 1}]')
  const dataset = await test.open()
  await remakeDataset(dataset, test.context)
  // Nobody should, and the seal tells it; the view does not look.
  writeFileSync(join(test.folder, 'data', `${idOf(1)}.json`), '[{"id": 1}, {"id": 2}]')
  const { views } = await remakeDataset(dataset, test.context)
  expect(views).toMatchObject([{ before: { items: 1 }, after: { items: 2 } }])
})

it('says which parcels it could not write down, and goes on', async () => {
  const test = withParcels('[{"id": 1}]', '[{"id": 2}]')
  writeFileSync(join(test.folder, 'data', `${idOf(2)}.csv`), 'id\n2\n')
  const { recovered, problems } = await remakeDataset(await test.open(), test.context)
  expect(recovered.map(({ parcel }) => parcel)).toEqual([idOf(1)])
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      message: expect.stringContaining(`${idOf(2)} stays as it is, without a line in the ledger`) as string,
    },
  ])
})

it.each([
  ['is cut off', '[{"id": 1'],
  ['is empty', ''],
])('remembers that a parcel which was put there by hand %s, until it is replaced', async (_, wrong) => {
  const test = withParcels('[{"id": 1}]', wrong)
  const dataset = await test.open()
  const { recovered, problems } = await remakeDataset(dataset, test.context)
  expect(problems).toEqual([])
  expect(recovered).toMatchObject([{ state: 'good' }, { parcel: idOf(2), state: 'suspect' }])
  const because = recovered[1]!.doubts![0]!
  expect(because).toContain('its content is wrong: ')
  expect(listSummaries(dataset, test.context, false)[1]).toMatchObject({ state: 'suspect', because })
  const { health, warnings } = await reportOn(dataset, test.context)
  expect([health, warnings.map(({ message }) => message).join()]).toEqual(['suspect', expect.stringContaining(because)])
  expect(test.read(`data/${idOf(2)}.json`)).toBe(wrong)
  expect((await remakeDataset(dataset, test.context)).recovered).toEqual([])

  writeFileSync(join(test.folder, 'data', `${idOf(2)}.json`), '[{"id": 1}, {"id": 2}]')
  expect((await remakeDataset(dataset, test.context)).recovered).toEqual([{ parcel: idOf(2), state: 'good' }])
  expect(listSummaries(dataset, test.context, false).map(({ state }) => state)).toEqual(['good', 'good'])
  expect((await reportOn(dataset, test.context)).health).not.toBe('suspect')
})

it('works without a cache, and goes on to the views when the metrics are damaged', async () => {
  const test = withParcels('[{"id": 1}]')
  rmSync(join(test.folder, '.cache'), { recursive: true, force: true })
  writeFileSync(join(test.folder, 'metrics.csv'), 'nonsense\n')
  const { views, problems } = await remakeDataset(await test.open(), test.context)
  expect(problems).toMatchObject([{ severity: 'error', code: 'corrupt' }])
  expect(views).toMatchObject([{ after: { items: 1 } }])
  expect(test.read('metrics.csv')).toBe('nonsense\n')
})

describe('what was read before, and cannot be read any more', () => {
  /** Six parcels, four of them in a pack that is damaged since the view has read them. */
  async function withDamagedPack(): Promise<{ test: TestDataset; ids: string[] }> {
    const cmd = `cmd = '''printf '[{"id": "%s"}]' $PARCEL_ID > $PARCEL_PATH.json'''\n[views.saved]\nkey = "id"`
    const test = await datasetWith({ config: packing, cmd }, 6, 8)
    const { packed } = await packDataset(await test.open(), test.context, false)
    expect((await readyViews(await test.open(), test.context)).views[0]?.state.items).toBe(6)
    const path = join(test.folder, 'data', packed[0]!.pack)
    const content = readFileSync(path)
    content.fill(0xff, 20, 60)
    writeFileSync(path, content)
    return { test, ids: packed[0]!.parcels }
  }

  it('is named, its metrics stay, and its tables are kept', async () => {
    const { test, ids } = await withDamagedPack()
    const metrics = test.read('metrics.csv')
    const dataset = await test.open()
    const { damaged, measured, views, problems } = await remakeDataset(dataset, test.context)
    expect(damaged.map(({ parcel }) => parcel)).toEqual(ids)
    expect(damaged[0]!.faults[0]).toContain('2026-03.pack.tar.zst is damaged')
    expect(measured).toHaveLength(6 - ids.length)
    expect(test.read('metrics.csv')).toBe(metrics)
    expect(views).toMatchObject([{ before: { items: 6 }, after: { items: 6 - ids.length } }])
    const kept = views[0]!.kept!
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      ['error', expect.stringContaining(`${ids[0]!} is not what was sealed, nor are ${ids.length - 1} others: `)],
      [
        'error',
        `view saved: ${ids.length} of 6 items and ${ids.length} of 6 versions are gone from it, because of ${ids.join(', ')}, which are damaged`,
      ],
    ])
    expect(problems.at(-1)!.hint).toContain(kept)
    const current = readFileSync(join(kept, 'current'), 'utf8').trim()
    expect(openTables(test.system.files, join(kept, current), 'saved')?.state.items).toBe(6)
    // The new ones are what everybody reads.
    expect((await readyViews(dataset, test.context)).views).toMatchObject([
      { read: [], state: { items: 6 - ids.length } },
    ])
    expect(listSummaries(dataset, test.context, false).filter(({ state }) => state === 'damaged')).toHaveLength(
      ids.length,
    )

    // The second time nothing more is lost.
    test.clock.advance(1000)
    const again = await remakeDataset(dataset, test.context)
    expect(again.views[0]).not.toHaveProperty('kept')
    expect(again.damaged).toHaveLength(ids.length)
  })

  it('is named and kept, too, where nobody can say any more what the pack holds', async () => {
    const { test, ids } = await withDamagedPack()
    writeFileSync(join(test.folder, 'data/2026-03.pack.tar.zst'), 'nothing of it is left')
    const { damaged, views, problems } = await remakeDataset(await test.open(), test.context)
    expect(damaged.map(({ parcel }) => parcel)).toEqual(ids)
    expect(views).toMatchObject([{ before: { items: 6 }, after: { items: 6 - ids.length } }])
    expect(existsSync(join(views[0]!.kept!, 'current'))).toBe(true)
    expect(problems.at(-1)!.message).toContain(`are gone from it, because of ${ids.join(', ')}`)
    test.clock.advance(1000)
    expect((await remakeDataset(await test.open(), test.context)).views[0]).not.toHaveProperty('kept')
  })

  it('is whole again when the parcels are mended', async () => {
    const { test, ids } = await withDamagedPack()
    const dataset = await test.open()
    await remakeDataset(dataset, test.context)
    rmSync(join(test.folder, 'data/2026-03.pack.tar.zst'))
    for (const id of ids) writeFileSync(join(test.folder, 'data', `${id}.json`), `[{"id": "${id}"}]`)
    test.clock.advance(1000)
    expect(await remakeDataset(dataset, test.context)).toMatchObject({
      damaged: [],
      problems: [],
      views: [{ after: { items: 6, errors: 0 } }],
    })
  })
})

it('leaves the tables that there are while the new ones cannot be made', async () => {
  const test = withParcels('[{"id": 1}]')
  const dataset = await test.open()
  await remakeDataset(dataset, test.context)
  const views = join(test.folder, '.cache/views/saved')
  const current = test.read('.cache/views/saved/current')
  const { files } = breakingFiles((_, name) => (name.includes('.cache/anew/views') ? { refuse: 'ENOSPC' } : 'go on'))
  const system = { ...test.system, files }
  const { problems } = await remakeDataset(dataset, { ...test.context, system })
  expect(problems).toMatchObject([
    { severity: 'error', code: 'no-space', message: expect.stringContaining('stays as it was') as string },
  ])
  expect(test.read('.cache/views/saved/current')).toBe(current)
  expect(openTables(test.system.files, join(views, current.trim()), 'saved')?.state.items).toBe(1)
  expect(await remakeDataset(dataset, test.context)).toMatchObject({ problems: [], views: [{ after: { items: 1 } }] })
  expect(existsSync(join(test.folder, '.cache/anew'))).toBe(false)
})

it('loses no view when it is killed while it puts the new ones in their places', async () => {
  const test = withParcels('[{"id": 1}]', '[{"id": 1}, {"id": 2}]')
  const dataset = await test.open()
  await remakeDataset(dataset, test.context)
  const isMove = (name: string): boolean => name.startsWith('rename') && name.includes('.cache/anew')
  for (let last = 1; ; last++) {
    let moves = 0
    const { files } = breakingFiles((_, name) => (isMove(name) && ++moves === last ? 'kill' : 'go on'))
    const ended = remakeDataset(dataset, { ...test.context, system: { ...test.system, files } }).then(
      () => true,
      (error: unknown) => {
        expect(error).toBeInstanceOf(Killed)
        return false
      },
    )
    const hasEnded = await ended
    const { views, problems } = await readyViews(dataset, test.context)
    expect([problems, views[0]?.state.items, views[0]?.state.errors]).toEqual([[], 2, 0])
    if (!hasEnded) continue
    expect(last).toBeGreaterThan(4)
    return
  }
}, 60_000)
