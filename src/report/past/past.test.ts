import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { readyViews } from '../../dataset/views/views.ts'
import { type Past, readPasts } from './past.ts'

const hourMs = 3_600_000
const config = `
interval = "1 day"
keep = 2
cmd = "cat items.json > $PARCEL_PATH.json"
[views.tasks]
key = "id"
feed = { time = "at", title = "title", text = "body" }
`

async function pastOf(test: TestDataset): Promise<Past> {
  const dataset = await test.open()
  return (await readPasts([dataset], test.context)).get(dataset.layout.folder)!
}

function states({ days }: Past): string[] {
  return days.slice(-6).map(({ state }) => state)
}

describe('the past of a dataset', () => {
  it('has what was made each day, though it was pruned since, and when it will be late', async () => {
    const test = testDataset(config)
    const items = join(test.folder, 'items.json')
    writeFileSync(items, '[]')
    for (let day = 0; day < 5; day++) {
      if (day !== 1) writeFileSync(items, day === 2 ? 'broken' : `[${'1,'.repeat(day)}1]`)
      await test.run()
      test.clock.advance(24 * hourMs)
    }
    expect(test.names('data')).toHaveLength(2)
    const past = await pastOf(test)
    expect(states(past)).toEqual(['good', 'good', 'failed', 'good', 'good', 'quiet'])
    expect(past.lateAt).toBe('2026-03-06T12:00:00.000Z')
    expect(past.series.find(({ name }) => name === 'bytes')!.values).toBe(4)
    test.clock.advance(24 * hourMs)
    expect(states(await pastOf(test)).slice(-3)).toEqual(['good', 'late', 'late'])
  })

  it('has a glimpse of the newest items of a feed, as its last update left them', async () => {
    const test = testDataset(config)
    const write = (items: unknown): void => writeFileSync(join(test.folder, 'items.json'), JSON.stringify(items))
    write([
      { id: 1, at: '2026-02-01T00:00:00Z', title: 'older' },
      { id: 2, at: '2026-02-27T08:00:00Z', title: '  The\nnewest  ' },
      { id: 3, at: '2026-02-20T00:00:00Z', body: 'without a title' },
      { id: 4, at: '2036-01-01T00:00:00Z', title: 'years ahead' },
      { id: 5, at: '2026-02-02T00:00:00Z', title: 'x'.repeat(10_000) },
      { id: 6, title: 'without a time' },
    ])
    await test.run()
    expect((await pastOf(test)).newest).toEqual([
      {
        view: 'tasks',
        newest: [
          { time: '2026-02-27T08:00:00Z', title: 'The newest' },
          { time: '2026-02-20T00:00:00Z', title: 'without a title' },
          { time: '2026-02-02T00:00:00Z', title: `${'x'.repeat(200)}…` },
        ],
      },
    ])
    // Another feed is another glimpse, without another parcel.
    test.configure(config.replace('title = "title", ', ''))
    const { problems } = await readyViews(await test.open(), test.context)
    expect(problems).toEqual([])
    expect((await pastOf(test)).newest[0]!.newest.map(({ title }) => title)).toEqual(['without a title'])
  })

  it('has no glimpse of what is encrypted, nor where the feed does not fit', async () => {
    const secret = 'decrypt = [{ fields = "ti*", scheme = "rsa-oaep", key = { file = "key.pem" } }]'
    for (const [more, item] of [
      [secret, { id: 1, at: '2026-02-01T00:00:00Z', title: 'AAAA', body: 'b' }],
      ['', { id: 1, when: '2026-02-01T00:00:00Z', title: 'AAAA', body: 'b' }],
    ] as const) {
      const test = testDataset(`${config}${more}\n`)
      writeFileSync(join(test.folder, 'items.json'), JSON.stringify([item]))
      await test.run()
      expect((await pastOf(test)).newest).toEqual([])
    }
  })

  it('is missing for what cannot be read, and does not stop the others', async () => {
    const test = testDataset('interval = "1 day"')
    mkdirSync(join(test.folder, 'ledger.ndjson'))
    const other = testDataset('interval = "1 day"', 'other')
    const pasts = await readPasts([await test.open(), await other.open()], test.context)
    expect([...pasts.keys()].map((path) => path.split('/').at(-1))).toEqual(['other'])
  })
})
