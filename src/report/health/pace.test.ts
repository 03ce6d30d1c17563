import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storedViewStates } from '../../dataset/views/stored-states.ts'
import { systemFiles } from '../../system/files.ts'
import { dayMs } from '../../system/duration.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { type DatasetReport, reportOn } from '../report.ts'

const config = `interval = "1 day"
cmd = "cp ../items.json $PARCEL_PATH.json"
[views.all]
key = "id"
feed = { time = "at", title = "title" }
`

interface Item {
  id: number
  at: string | null
  title: string
}

/** Exports these items, and a day passes. */
async function exportOf(test: TestDataset, items: readonly Item[]): Promise<void> {
  writeFileSync(join(test.root, 'items.json'), JSON.stringify(items))
  const { problems } = await test.run()
  expect(problems).toEqual([])
  test.clock.advance(dayMs)
}

async function paceOf(test: TestDataset): Promise<unknown> {
  return storedViewStates(systemFiles, await test.open())[0]?.state.pace
}

const itemAt = (id: number, at: string | null): Item => ({ id, at, title: `item ${id}` })

describe('the pace of a feed', () => {
  it('is when its newest item is from, and the longest that nothing came, in the year before it', async () => {
    const test = testDataset(config)
    const items = [
      // Longer ago than a year before the newest: what was then says nothing of now.
      itemAt(1, '2020-01-01T00:00:00Z'),
      itemAt(2, '2026-02-01T00:00:00Z'),
      itemAt(3, '2026-02-03T12:00:00Z'),
      itemAt(4, '2026-02-03T12:00:00Z'),
      itemAt(5, '2026-02-28T11:00:00+05:00'),
      // A calendar goes years ahead.
      itemAt(6, '2027-01-01T00:00:00Z'),
      itemAt(7, null),
    ]
    await exportOf(test, items)
    expect(await paceOf(test)).toEqual({ newest: '2026-02-28T06:00:00Z', times: 3, longestHours: 24 * 24 + 18 })
    // What is gone came once.
    await exportOf(test, items.slice(0, 4))
    expect(await paceOf(test)).toMatchObject({ newest: '2026-02-28T06:00:00Z', times: 3 })
  })

  it('is none without a time', async () => {
    const test = testDataset(config)
    await exportOf(test, [itemAt(1, null)])
    expect(await paceOf(test)).toBeUndefined()
  })

  it('makes a dataset frozen whose feed stands still for far longer than ever', async () => {
    const test = testDataset(config)
    const before = Array.from({ length: 20 }, (_, index) =>
      itemAt(index, new Date(Date.parse('2026-02-28T06:00:00Z') - index * dayMs).toISOString()),
    )
    const look = async (): Promise<DatasetReport> => reportOn(await test.open(), test.context)
    await exportOf(test, before)
    expect((await look()).health).toBe('good')
    // What else there is may change.
    for (let day = 1; day <= 5; day++) await exportOf(test, [...before, itemAt(100 + day, null)])
    const { health, warnings } = await look()
    expect(health).toBe('frozen')
    expect(warnings[0]?.message).toBe(
      'exports succeed, but the newest item of all is from 2026-02-28 06:00 UTC, 6 days before the newest parcel',
    )
  })
})
