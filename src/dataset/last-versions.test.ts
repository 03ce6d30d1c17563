import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { pruneDataset } from './prune.ts'
import { thinDataset } from './thin/thin.ts'

const views = '[views.saved]\nkey = "id"\n[views.names]\nkey = "name"\n'
const idOf = (date: number): string => `2026-02-0${date}T060000Z`

function withParcels(config: string, ...parcels: { id: number; name: string }[][]): TestDataset {
  const test = testDataset(config)
  mkdirSync(join(test.folder, 'data'))
  for (const [index, items] of parcels.entries())
    writeFileSync(join(test.folder, 'data', `${idOf(index + 1)}.json`), JSON.stringify(items))
  return test
}

const [a, b, c] = [
  { id: 1, name: 'a' },
  { id: 2, name: 'b' },
  { id: 2, name: 'c' },
]

it('warns of versions that only parcels have which are about to be removed, and removes them all the same', async () => {
  const test = withParcels(`keep = 1\n${views}`, [a, b], [a, b], [a, c], [a, c])
  const dataset = await test.open()
  const expected = {
    losses: [
      { view: 'saved', versions: 1, example: { key: '2', parcel: idOf(2) } },
      { view: 'names', versions: 1, example: { key: 'b', parcel: idOf(2) } },
    ],
    problems: [
      {
        severity: 'warning',
        code: 'last-version',
        message: `no parcel that \`keep\` leaves has a version of saved, such as 2 in ${idOf(2)}`,
        hint: 'A larger `keep` leaves them; `unsilo thin todoist` removes only what other parcels hold; `keep.warn = false` is silent.',
      },
      { severity: 'warning' },
    ],
  }
  expect(await pruneDataset(dataset, test.context, true)).toMatchObject(expected)
  expect((await test.run({ dryRun: true })).problems).toMatchObject(expected.problems)
  const { pruned, problems } = await test.run()
  expect(problems).toMatchObject(expected.problems)
  expect(pruned).toHaveLength(3)
  expect(test.names('data')).toEqual([`${idOf(4)}.json`])
})

it('is silent when other parcels have it all, when nothing goes, and without views', async () => {
  const same = withParcels(`keep = 1\n${views}`, [a, b], [a, b])
  expect(await pruneDataset(await same.open(), same.context, true)).toMatchObject({ losses: [], problems: [] })
  const known = withParcels(`keep = { last = 1, warn = false }\n${views}`, [a], [b])
  const { losses, problems, decisions } = await pruneDataset(await known.open(), known.context, true)
  expect({ problems, isTold: losses !== undefined, goes: decisions.map(({ keep }) => !keep) }).toEqual({
    problems: [],
    isTold: false,
    goes: [true, false],
  })
  const all = withParcels(views, [a], [b])
  expect((await pruneDataset(await all.open(), all.context, true)).losses).toBeUndefined()
  const none = withParcels('keep = 1', [a], [b])
  expect((await pruneDataset(await none.open(), none.context, true)).losses).toBeUndefined()
})

it('is told of what is in the trash already: that is in no parcel any more', async () => {
  const test = withParcels(`keep = 2\nthin = { views = ["saved"] }\n${views}`, [a, b], [a, b], [a, b], [a, b], [a, c])
  const dataset = await test.open()
  await thinDataset(dataset, test.context, false)
  expect(test.names('data')).toEqual([`${idOf(1)}.json`, `${idOf(4)}.json`, `${idOf(5)}.json`])
  expect(await pruneDataset(dataset, test.context, false)).toMatchObject({ losses: [], problems: [] })
})

it('says so when a view cannot be asked, and removes all the same', async () => {
  const test = withParcels(`keep = 1\n[views.rows]\ntable = "t"\nkey = "id"\n`, [a], [b])
  writeFileSync(join(test.folder, '.cache'), 'not a folder')
  const { problems, decisions } = await pruneDataset(await test.open(), test.context, false)
  expect(problems).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('could not be told') as string },
  ])
  expect(decisions.filter(({ keep }) => !keep)).toHaveLength(1)
  expect(test.names('data')).toHaveLength(1)
})
