import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { isEvent } from './history.ts'
import { pruneDataset, removals } from './prune.ts'
import { verifyDataset } from './verify.ts'

const hour = 3_600_000
const hourly = (keep: string, cmd = 'echo x > $PARCEL_PATH.txt'): string =>
  `interval = "1 hour"\n${keep}\ncmd = "${cmd}"`

async function runTimes(test: TestDataset, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    expect((await test.run()).problems).toEqual([])
    test.clock.advance(hour)
  }
}

const ids = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `2026-03-01T${String(first + index).padStart(2, '0')}0000Z`)

it('keeps all until a policy is set, then removes the old ones with their logs, and says why of each', async () => {
  const test = testDataset(hourly(''))
  await runTimes(test, 5)
  expect(test.names('data')).toHaveLength(5)
  test.configure(hourly('keep = 3'))
  const plan = await pruneDataset(await test.open(), test.context, false)
  expect(removals(plan).map(({ id }) => id)).toEqual(ids(6, 7))
  expect(test.names('data')).toEqual(ids(8, 10).map((id) => `${id}.txt`))
  expect(test.names('log')).toEqual(ids(8, 10).flatMap((id) => [`${id}.err`, `${id}.out`]))
  const line = test.history().entries.at(-1)
  expect(isEvent(line, 'pruned') && detailsOf(line, '')).toMatchObject({
    removed: { [ids(6, 6)[0]!]: 'older than the last 3', [ids(7, 7)[0]!]: 'older than the last 3' },
    kept: { [ids(10, 10)[0]!]: 'newest good; last 3 (1 of 3)' },
  })
})

it('keeps the metrics of what it has removed', async () => {
  const test = testDataset(hourly('keep = 1'))
  await runTimes(test, 3)
  for (const id of ids(6, 8)) expect(test.read('metrics.csv')).toContain(`${id},Y,1,2`)
  expect(test.history().parcels.map(({ state }) => state)).toEqual(['pruned', 'pruned', 'good'])
})

it('changes nothing when it is dry, and nothing a second time', async () => {
  const test = testDataset(hourly(''))
  await runTimes(test, 3)
  test.configure(hourly('keep = 1'))
  const dataset = await test.open()
  expect(removals(await pruneDataset(dataset, test.context, true))).toHaveLength(2)
  expect(test.names('data')).toHaveLength(3)
  await pruneDataset(dataset, test.context, false)
  const before = test.read('ledger.ndjson')
  expect(removals(await pruneDataset(dataset, test.context, false))).toEqual([])
  expect(test.read('ledger.ndjson')).toBe(before)
})

it('removes what a failed attempt has left once there is a newer one, and never the newest', async () => {
  const test = testDataset(hourly('keep = 3', 'echo part > $PARCEL_PATH.txt; exit 1'))
  await test.run()
  expect(test.names('incomplete')).toHaveLength(1)
  test.clock.advance(hour)
  await test.run()
  expect(test.names('incomplete')).toEqual(['2026-03-01T070000Z.txt'])
  expect(test.names('log')).toEqual(['2026-03-01T070000Z.err', '2026-03-01T070000Z.out'])
  test.configure(hourly('keep = 3'))
  test.clock.advance(hour)
  await test.run()
  expect([test.names('incomplete'), test.names('data')]).toEqual([[], ['2026-03-01T080000Z.txt']])
  expect(test.history().parcels.map(({ state }) => state)).toEqual(['failed', 'failed', 'good'])
})

it('removes all that a failed attempt has left, though it wrote more than one parcel', async () => {
  const test = testDataset(hourly('', 'echo x | tee $PARCEL_PATH.txt > $PARCEL_PATH.csv'))
  await test.run()
  expect(test.names('incomplete')).toHaveLength(2)
  test.configure(hourly(''))
  test.clock.advance(hour)
  await test.run()
  expect(test.names('incomplete')).toEqual([])
})

it('says it in the ledger first, and moves a folder out of data/ before it removes any of it', async () => {
  const test = testDataset(hourly('', 'mkdir $PARCEL_PATH; echo x > $PARCEL_PATH/a'))
  await runTimes(test, 2)
  test.configure(hourly('keep = 1'))
  const { files, steps } = breakingFiles(() => 'go on')
  await pruneDataset(await test.open(), { ...test.context, system: { ...test.system, files } }, false)
  const short = steps.map((step) => step.replaceAll(`${test.folder}/`, ''))
  expect(short.slice(0, 6)).toEqual([
    'open ledger.ndjson',
    'write ledger.ndjson',
    'sync ledger.ndjson',
    'rename data/2026-03-01T060000Z to incomplete/2026-03-01T060000Z',
    'sync data',
    'remove incomplete/2026-03-01T060000Z',
  ])
  expect(short.slice(6).every((step) => step.startsWith('remove log/'))).toBe(true)
})

it('leaves alone what is not a parcel, and a parcel of whose id there is more than one entry', async () => {
  const test = testDataset(hourly('keep = 1'))
  mkdirSync(join(test.folder, 'data'))
  for (const name of ['notes.txt', '2020-01-01T000000Z.json', '2020-01-01T000000Z.csv', '2020-01-02T000000Z.json']) {
    writeFileSync(join(test.folder, 'data', name), 'x')
  }
  await runTimes(test, 1)
  expect(test.names('data')).toEqual([
    '2020-01-01T000000Z.csv',
    '2020-01-01T000000Z.json',
    '2026-03-01T060000Z.txt',
    'notes.txt',
  ])
})

it('removes nothing while a line of the ledger cannot be read, for a verdict may be lost with it', async () => {
  const test = testDataset('interval = "1 hour"\nkeep = 1\ncmd = "echo x > $PARCEL_PATH.txt"')
  await test.run()
  writeFileSync(join(test.folder, 'ledger.ndjson'), `garbage\n${test.read('ledger.ndjson')}`)
  test.clock.advance(hour)
  expect((await test.run()).pruned).toEqual([])
  expect(test.names('data')).toHaveLength(2)
})

it('keeps an older good parcel while the newest one has another size than was sealed, without verify', async () => {
  const test = testDataset(hourly(''))
  await runTimes(test, 3)
  writeFileSync(join(test.folder, 'data', `${ids(8, 8)[0]}.txt`), '')
  test.configure(hourly('keep = 1'))
  await pruneDataset(await test.open(), test.context, false)
  expect(test.names('data')).toEqual(ids(7, 8).map((id) => `${id}.txt`))
})

it('removes no parcel that it has sealed for one that was put there by hand', async () => {
  const test = testDataset(hourly(''))
  await runTimes(test, 2)
  mkdirSync(join(test.folder, 'data', ids(9, 9)[0]!))
  writeFileSync(join(test.folder, 'data', `${ids(10, 10)[0]}.txt`), 'cut o')
  test.configure(hourly('keep = 1'))
  test.clock.advance(9 * hour)
  await pruneDataset(await test.open(), test.context, false)
  expect(test.names('data')).toEqual([`${ids(7, 7)[0]}.txt`, `${ids(10, 10)[0]}.txt`])
})

it('keeps an older good parcel while the newest good one is known to be damaged', async () => {
  const test = testDataset(hourly(''))
  await runTimes(test, 3)
  writeFileSync(join(test.folder, 'data', `${ids(8, 8)[0]}.txt`), 'y\n')
  const dataset = await test.open()
  const verified = await verifyDataset(dataset, test.context, { share: 1, here: true, targets: [] })
  expect(verified.problems).toHaveLength(1)
  test.configure(hourly('keep = 1'))
  await pruneDataset(await test.open(), test.context, false)
  expect(test.names('data')).toEqual(ids(7, 8).map((id) => `${id}.txt`))
})

it('does not let a parcel that is dated ahead of the clock push out good ones', async () => {
  const test = testDataset('interval = "1 hour"\nkeep = 1\ncmd = "echo x > $PARCEL_PATH.txt"')
  await test.run()
  writeFileSync(join(test.folder, 'data/2030-01-01T000000Z.txt'), 'x')
  test.clock.advance(hour)
  await test.run()
  expect(test.names('data')).toEqual(['2026-03-01T070000Z.txt', '2030-01-01T000000Z.txt'])
})

it('is a risk to data when what is to go cannot be removed, and goes the next time', async () => {
  const test = testDataset(hourly('keep = 2'))
  await runTimes(test, 3)
  const { files } = breakingFiles((_, name) => (/^rename .*data\/.* to/.test(name) ? { refuse: 'EACCES' } : 'go on'))
  const context = { ...test.context, system: { ...test.system, files } }
  test.configure(hourly('keep = 1'))
  const risk = {
    severity: 'error',
    code: 'not-permitted',
    risk: 'delete',
    message: expect.stringContaining('what `keep` lets go could not be removed: cannot rename ') as string,
  }
  expect((await pruneDataset(await test.open(), context, false)).problems).toMatchObject([risk])
  expect((await test.run({}, context.system)).problems).toMatchObject([risk])
  const before = test.names('data').length
  expect((await test.run()).problems).toEqual([])
  expect(test.names('data').length).toBeLessThan(before)
})
