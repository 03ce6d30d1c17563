import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testDataset } from '../../test/support/test-dataset.ts'
import { acceptParcel } from './accept.ts'
import { withLock } from './lock.ts'
import { pruneDataset } from './prune.ts'
import { recomputeMetrics } from './recompute.ts'

it('keeps every verb that writes from a dataset that another one works on', async () => {
  const test = testDataset('interval = "1 hour"\nkeep = 1\ncmd = "echo x > $PARCEL_PATH.txt"')
  const dataset = await test.open()
  const busy = { code: 'busy', message: 'another unsilo is working on todoist', retryable: true }
  await withLock(dataset, test.context, async () => {
    expect((await test.run()).problems).toMatchObject([{ severity: 'error', code: 'busy' }])
    await expect(withLock(dataset, test.context, async () => 1)).rejects.toMatchObject(busy)
    await expect(pruneDataset(dataset, test.context, false)).rejects.toMatchObject(busy)
    await expect(recomputeMetrics(dataset, test.context, [])).rejects.toMatchObject(busy)
    await expect(acceptParcel(dataset, test.context, '2026-03-01T060000Z')).rejects.toMatchObject(busy)
  })
  expect(test.names('data')).toEqual([])
  expect((await test.run()).exported?.event).toBe('sealed')
})

it('says which process works there, and since when', async () => {
  const test = testDataset(
    'interval = "1 hour"\ncmd = "touch started; while [ ! -e go ]; do sleep 0.05; done; echo x > $PARCEL_PATH.txt"',
  )
  const running = test.run()
  await expect.poll(() => existsSync(join(test.folder, 'started'))).toBe(true)
  const { problems } = await test.run()
  expect(problems).toMatchObject([
    {
      code: 'busy',
      message: `another unsilo is working on todoist (process ${process.pid}, since 2026-03-01T06:00:00.000Z)`,
      hint: 'Wait until it has ended, or end that process; a dead one leaves no lock behind.',
    },
  ])
  writeFileSync(join(test.folder, 'go'), '')
  expect((await running).exported?.event).toBe('sealed')
})

it('is released when the work fails', async () => {
  const test = testDataset('')
  const dataset = await test.open()
  await expect(withLock(dataset, test.context, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await withLock(dataset, test.context, async () => 'free')).toBe('free')
})
