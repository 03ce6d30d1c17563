import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { acknowledgements } from './acknowledgements.ts'
import { id } from '../../test/support/publishing-dataset.ts'

const oneSha256 = '6f5bfd6b6f9b62ea1c2f3b4f43b83ec60cca83acdb3bc67e2a97fe13b95bd19c'

describe('acknowledgements', () => {
  const entries = (...events: object[]): { entries: ReturnType<TestDataset['history']>['entries'] } => {
    const test = testDataset('')
    for (const event of events) appendFileSync(join(test.folder, 'ledger.ndjson'), `${JSON.stringify(event)}\n`)
    return test.history()
  }
  const published = {
    event: 'published',
    parcel: id,
    files: 1,
    bytes: 4,
    sha256: oneSha256,
    how: 'read back',
    path: `todoist/data/${id}.json`,
  }

  it('are the last word of each target on each parcel', () => {
    const found = acknowledgements(
      entries(
        { at: '2026-03-01T06:00:00.000Z', ...published, target: 'vault' },
        { at: '2026-03-01T06:00:01.000Z', ...published, target: 'nas' },
        { at: '2026-03-01T07:00:00.000Z', ...published, target: 'vault' },
      ),
    )
    expect([...found.keys()]).toEqual([id])
    expect(found.get(id)?.get('vault')).toMatchObject({ at: '2026-03-01T07:00:00.000Z', how: 'read back', bytes: 4 })
    expect(found.get(id)?.get('nas')).toMatchObject({ at: '2026-03-01T06:00:01.000Z' })
  })

  it('are void for an id that is begun again, and lines that lack something are none', () => {
    const at = '2026-03-01T06:00:00.000Z'
    const history = entries(
      { at, ...published, target: 'vault' },
      { at, event: 'started', parcel: id, by: 'export', pid: 1, host: 'laptop' },
      { at, ...published },
    )
    expect(acknowledgements(history).size).toBe(0)
  })
})
