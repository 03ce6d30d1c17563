import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { remakeDataset } from './remake.ts'

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
  const test = withParcels('[{"id": 1}]', '[{"id": 1')
  const { recovered, problems } = await remakeDataset(await test.open(), test.context)
  expect(recovered.map(({ parcel }) => parcel)).toEqual([idOf(1)])
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      message: expect.stringContaining(`${idOf(2)} stays as it is, without a line in the ledger`) as string,
    },
  ])
  expect(test.read(`data/${idOf(2)}.json`)).toBe('[{"id": 1')
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
