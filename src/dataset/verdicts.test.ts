import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import { appendToLedger } from '../ledger/ledger.ts'
import { whyDataset } from '../report/why.ts'
import { duenessOf, overdueOf } from './due.ts'
import { sealedParcels } from './history.ts'
import { listSummaries, showParcel } from './show.ts'
import { damageOf, damagedHere, readingsHere } from './verdicts.ts'
import { verifyDataset } from './verify.ts'

const hour = 3_600_000
const config = `cmd = 'echo "[1, 2, 3]" > $PARCEL_PATH.json'\ninterval = "1 h"\n`
const [first, second] = ['2026-03-01T060000Z', '2026-03-01T070000Z']

async function withTwo(text = config): Promise<TestDataset> {
  const test = testDataset(text)
  await test.run()
  test.clock.advance(hour)
  await test.run()
  expect(test.names('data')).toEqual([`${first}.json`, `${second}.json`])
  return test
}

const pathOf = (test: TestDataset, id: string): string => join(test.folder, 'data', `${id}.json`)
const flip = (test: TestDataset, id: string): void => writeFileSync(pathOf(test, id), '[1, 2, 4]\n')

async function verify(test: TestDataset): Promise<void> {
  await verifyDataset(await test.open(), test.context, { share: 1, here: true, targets: [] })
}

it.each<[string, (test: TestDataset) => Promise<void>, string]>([
  [
    'that verify has found',
    async (test) => {
      flip(test, second)
      await verify(test)
    },
    `${second}.json is changed (verified 2026-03-01 07:00 UTC)`,
  ],
  [
    'that has another size than was sealed',
    async (test) => {
      truncateSync(pathOf(test, second), 4)
      await Promise.resolve()
    },
    'it has 4 bytes, and 10 were sealed',
  ],
])('calls a parcel %s damaged, wherever it is told of', async (_, harm, because) => {
  const test = await withTwo()
  await harm(test)
  const dataset = await test.open()
  const hint = 'There is no other copy. Look at the disk; keep what is left of it.'
  const [whole, damaged] = listSummaries(dataset, test.context, false)
  expect(whole).toMatchObject({ state: 'good', copies: 1 })
  expect(damaged).toMatchObject({ state: 'damaged', because, hint })
  expect(damaged).not.toHaveProperty('copies')
  expect(showParcel(dataset, test.context, second)).toMatchObject({ state: 'damaged', because })
  const why = await whyDataset(dataset, test.context)
  expect(why.parcels.map(({ state }) => state)).toEqual(['good', 'damaged'])
  writeFileSync(pathOf(test, second), '[1, 2, 3]\n')
  await verify(test)
  expect(listSummaries(dataset, test.context, false)[1]).toMatchObject({ state: 'good', copies: 1 })
})

it('exports again when the newest parcel is known to be damaged, and counts the age from the one before', async () => {
  const test = await withTwo()
  const dataset = await test.open()
  const isDue = async (): Promise<boolean> => (await duenessOf(dataset, test.context, test.history())).due
  const isLate = async (): Promise<boolean> => (await overdueOf(dataset, test.context, test.history())).overdue
  test.clock.advance(hour / 10)
  expect([await isDue(), await isLate()]).toEqual([false, false])
  flip(test, second)
  await verify(test)
  expect([await isDue(), await isLate()]).toEqual([true, false])
  test.clock.advance(hour * 0.75)
  expect(await isLate()).toBe(true)
  flip(test, first)
  await verify(test)
  expect((await overdueOf(dataset, test.context, test.history())).because).toContain('no good parcel')
  await test.run()
  expect([await isDue(), await isLate()]).toEqual([false, false])
  expect(test.names('data')).toHaveLength(3)
})

it('says the same of one parcel as of all, whatever the ledger has of verdicts', async () => {
  const test = await withTwo()
  const { files } = test.system
  const { layout } = await test.open()
  const expectSame = (expected: readonly string[]): void => {
    const history = test.history()
    const all = damagedHere(files, layout, history)
    expect([...all.keys()]).toEqual(expected)
    for (const parcel of sealedParcels(history))
      expect(damageOf(files, layout, history, parcel)).toBe(all.get(parcel.id))
  }
  expectSame([])
  flip(test, first)
  await verify(test)
  expectSame([first])
  truncateSync(pathOf(test, second), 0)
  expectSame([first, second])
  writeFileSync(pathOf(test, second), '[1, 2, 3]\n')
  writeFileSync(pathOf(test, first), '[1, 2, 3]\n')
  expectSame([first])
  await verify(test)
  expectSame([])
  writeFileSync(join(test.folder, 'data', '2026-02-01T060000Z.json'), '')
  expectSame(['2026-02-01T060000Z'])
})

it('knows when what was damaged was put right: by a verdict, or by a restore of all from a target', async () => {
  const test = await withTwo()
  const { ledger } = (await test.open()).layout
  const tell = (event: LedgerEvent): Promise<void> => appendToLedger(test.system.files, ledger, test.clock.now(), event)
  const verdict = { event: 'verified', files: 1, bytes: 10 } as const
  await tell({ ...verdict, parcel: first, ok: true })
  await tell({ ...verdict, parcel: second, ok: false, target: 'vault' })
  expect(readingsHere(test.history()).mended).toEqual(new Map())
  await tell({ ...verdict, parcel: first, ok: false })
  await tell({ ...verdict, parcel: second, ok: false })
  test.clock.advance(hour)
  await tell({ ...verdict, parcel: first, ok: true })
  expect(readingsHere(test.history()).mended).toEqual(new Map([[first, '2026-03-01T08:00:00.000Z']]))
  test.clock.advance(hour)
  await tell({ event: 'restored', target: 'vault', parcels: 2, lost: {} })
  expect(readingsHere(test.history())).toEqual({
    verdicts: new Map(),
    mended: new Map([
      [first, '2026-03-01T08:00:00.000Z'],
      [second, '2026-03-01T09:00:00.000Z'],
    ]),
  })
})
