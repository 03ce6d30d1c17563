import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { lineOf } from '../ledger/entry.ts'
import { temporaryPath } from '../system/replace-file.ts'

const id = '2026-03-01T050000Z'
const hour = 3_600_000

/** A dataset in which an export began, and whatever ran it was killed. */
function killed(config = ''): TestDataset {
  const test = testDataset(config)
  for (const folder of ['data', 'incomplete', 'log']) mkdirSync(join(test.folder, folder))
  const started = { event: 'started', parcel: id, by: 'export', pid: 999_999, host: 'nas' } as const
  writeFileSync(join(test.folder, 'ledger.ndjson'), `${lineOf(new Date('2026-03-01T05:00:00Z'), started)}\n`)
  return test
}

it('gives a parcel that was moved, but not written down, its line and its row', async () => {
  const test = killed('metrics.lines.cmd = "wc -l < $PARCEL_PATH"')
  writeFileSync(join(test.folder, `data/${id}.json`), '[1]\n')
  expect((await test.run()).problems).toEqual([])
  const [parcel] = test.history().parcels
  expect(parcel).toMatchObject({ id, state: 'good' })
  expect(JSON.parse(parcel!.ended!.line)).toMatchObject({
    event: 'sealed',
    name: `${id}.json`,
    files: 1,
    bytes: 4,
    sha256: createHash('sha256').update('[1]\n').digest('hex'),
    recovered: true,
  })
  expect(test.read('metrics.csv')).toContain(`${id},Y,1,4,1`)
})

it('has the same doubts of a recovered parcel as of any other', async () => {
  const test = killed('guard.min_bytes = "1 kB"')
  writeFileSync(join(test.folder, `data/${id}.json`), '[1]\n')
  await test.run()
  expect(test.history().parcels).toMatchObject([{ id, state: 'suspect' }])
})

it('writes the hashes of a recovered folder', async () => {
  const test = killed()
  mkdirSync(join(test.folder, 'data', id))
  writeFileSync(join(test.folder, 'data', id, 'a'), 'x')
  await test.run()
  expect(test.read(`log/${id}.sha256`)).toMatch(new RegExp(`^[0-9a-f]{64}  ${id}/a\n$`))
})

it('calls an export that has only begun failed, and keeps what it left for someone to look at', async () => {
  const test = killed()
  writeFileSync(join(test.folder, `incomplete/${id}.json`), '[1')
  expect((await test.run()).problems).toEqual([])
  const [parcel] = test.history().parcels
  expect(parcel).toMatchObject({ id, state: 'failed' })
  expect(parcel!.ended!.line).toContain('unsilo was killed, or the machine stopped')
  expect(test.names('incomplete')).toEqual([`${id}.json`])
  expect(test.read('metrics.csv')).toContain(`${id},N,1,2`)
})

it('removes the remains once there is a newer attempt', async () => {
  const test = killed('interval = "1 hour"\ncmd = "echo x > $PARCEL_PATH.txt"')
  writeFileSync(join(test.folder, `incomplete/${id}.json`), '[1')
  await test.run()
  test.clock.advance(hour)
  const { exported, problems } = await test.run()
  expect([exported?.event, problems]).toEqual(['sealed', []])
  expect(test.names('incomplete')).toEqual([])
})

it('removes what a broken-off replacement of a file has left', async () => {
  const test = killed()
  for (const name of ['metrics.csv', 'log/x.sha256']) writeFileSync(temporaryPath(join(test.folder, name)), 'half')
  writeFileSync(join(test.folder, '.unsilo-mine.tmp'), 'the user’s own')
  await test.run()
  expect(test.names('log')).toEqual([])
  expect(existsSync(join(test.folder, '.unsilo-mine.tmp'))).toBe(true)
})

it('measures a parcel whose row was never written', async () => {
  const test = testDataset('interval = "1 day"\ncmd = "echo x > $PARCEL_PATH.txt"')
  await test.run()
  writeFileSync(join(test.folder, 'metrics.csv'), 'parcel_id,success,files,bytes\r\n')
  await test.run()
  expect(test.read('metrics.csv')).toContain('2026-03-01T060000Z,Y,1,2')
})

it('does all of it once: a second run finds nothing to do', async () => {
  const test = killed()
  writeFileSync(join(test.folder, `data/${id}.json`), '[1]\n')
  await test.run()
  const before = test.read('ledger.ndjson')
  await test.run()
  expect(test.read('ledger.ndjson')).toBe(before)
})

it('reads on after a line that a crash has torn', async () => {
  const test = killed('interval = "1 hour"\ncmd = "echo x > $PARCEL_PATH.txt"')
  writeFileSync(
    join(test.folder, 'ledger.ndjson'),
    `${test.read('ledger.ndjson')}{"at":"2026-03-01T05:00:01.000Z","eve`,
  )
  expect((await test.run()).problems).toEqual([])
  test.clock.advance(hour)
  await test.run()
  expect(test.history().newest).toMatchObject({ state: 'good' })
  expect(test.read('ledger.ndjson').split('\n')[1]).toBe('{"at":"2026-03-01T05:00:01.000Z","eve #torn')
  expect(test.history().damagedLines).toBe(0)
})
