import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { reasonWithoutDisk, smallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { testDataset } from '../support/test-dataset.ts'

it('says that a really full disk is full, keeps what it has, and goes on when there is space again', async (context) => {
  const disk = smallDisk('size=2m')
  if (disk === undefined) return context.skip(reasonWithoutDisk)
  const small = `interval = "1 hour"\ncmd = "echo '[1]'"\nstdout = "json"\n`
  const test = testDataset(small, 'todoist', disk)
  expect((await test.run()).exported).toMatchObject({ state: 'good' })
  const [kept] = test.names('data')

  test.clock.advance(3_600_000)
  test.configure(small.replace(`echo '[1]'`, 'head -c 5000000 /dev/zero').replace('json', 'txt'))
  const full = await test.run()
  expect(JSON.stringify([full.problems, full.exported])).toContain('the disk is full')
  expect(test.names('data')).toEqual([kept])

  expect(full.exported).toMatchObject({
    event: 'failed',
    hint: expect.stringContaining('was removed to make room') as string,
  })
  expect(test.names('incomplete')).toEqual([])

  test.clock.advance(3_600_000)
  test.configure(small)
  const again = await test.run()
  expect(again.problems).toEqual([])
  expect(again.exported).toMatchObject({ state: 'good' })
  expect(test.names('data')).toHaveLength(2)
})

it('makes room when a command has filled the disk itself', async (context) => {
  const disk = smallDisk('size=2m')
  if (disk === undefined) return context.skip(reasonWithoutDisk)
  const test = testDataset(
    'interval = "1 hour"\ncmd = "head -c 5000000 /dev/zero > $PARCEL_PATH.txt"\n',
    'todoist',
    disk,
  )
  const { exported, problems } = await test.run()
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(exported).toMatchObject({
    event: 'failed',
    code: 'no-space',
    reason: 'exit status 1; the disk is full',
    hint: expect.stringContaining('was removed to make room') as string,
  })
  expect(test.names('incomplete')).toEqual([])
})

it('leaves a file where it is when there is no space to ingest it', async (context) => {
  const disk = smallDisk('size=2m')
  if (disk === undefined) return context.skip(reasonWithoutDisk)
  const inbox = temporaryFolder()
  writeFileSync(join(inbox, 'big.txt'), 'x'.repeat(5_000_000))
  const test = testDataset(`ingest.paths = ["${inbox}/*.txt"]\n`, 'manual', disk)
  const { problems, ingested } = await test.run()
  expect(ingested).toEqual([])
  expect(problems.map(({ code }) => code)).toContain('no-space')
  expect(test.names('data')).toEqual([])
  expect(statSync(join(inbox, 'big.txt')).size).toBe(5_000_000)
})
