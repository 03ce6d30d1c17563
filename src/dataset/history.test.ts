import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { failuresSinceGood } from './history.ts'
import { recomputeMetrics } from './recompute.ts'
import { ledgerOf, listSummaries, readLogs, showParcel } from './show.ts'

const hour = 3_600_000
const id = '2026-03-01T060000Z'

/** Good, failed, suspect, in the hours from 6 on; then one of the user's own. */
async function mixed(): Promise<TestDataset> {
  const test = testDataset('')
  const runs = [
    ['echo "[1]" > $PARCEL_PATH.json; echo said; echo careful >&2', ''],
    ['echo "[1" > $PARCEL_PATH.json; echo "no token" >&2; exit 1', ''],
    ['echo "[1]" > $PARCEL_PATH.json', 'guard.min_bytes = 100'],
  ]
  for (const [cmd, more] of runs) {
    test.configure(`cmd = '''${cmd}'''\n${more}`)
    await test.run({ exportNow: true })
    test.clock.advance(hour)
  }
  writeFileSync(join(test.folder, 'data/2019-01-01T000000Z.json'), '[0]')
  return test
}

describe('the history', () => {
  it('knows every attempt, and the parcels that the ledger does not know as good', async () => {
    const test = await mixed()
    const history = test.history()
    expect(history.parcels.map((parcel) => [parcel.id, parcel.state])).toEqual([
      ['2019-01-01T000000Z', 'good'],
      ['2026-03-01T060000Z', 'good'],
      ['2026-03-01T070000Z', 'failed'],
      ['2026-03-01T080000Z', 'suspect'],
    ])
    expect(history.newestGood?.id).toBe(id)
    expect(history.newest?.id).toBe('2026-03-01T080000Z')
    expect(failuresSinceGood(history, test.clock.now())).toHaveLength(2)
  })

  it('knows what is gone without a word from what was pruned', async () => {
    const test = await mixed()
    rmSync(join(test.folder, `data/${id}.json`))
    expect(test.history().get(id)?.state).toBe('gone')
    test.configure('keep = 1')
    writeFileSync(join(test.folder, 'data/2026-03-01T090000Z.json'), '[2]')
    await test.run()
    expect(test.history().get('2019-01-01T000000Z')?.state).toBe('pruned')
  })

  it('is empty for a new dataset, and knows parcels without any ledger', () => {
    const test = testDataset('')
    expect(test.history()).toMatchObject({ parcels: [], newest: undefined, newestGood: undefined })
    mkdirSync(join(test.folder, 'incomplete'))
    writeFileSync(join(test.folder, 'incomplete/2019-01-01T000000Z.json'), '')
    expect(test.history().parcels).toMatchObject([{ state: 'failed' }])
  })
})

describe('what is shown', () => {
  it('of all parcels: state, place, size, and why one failed or is suspect', async () => {
    const test = await mixed()
    const summaries = listSummaries(await test.open(), test.context, false)
    expect(summaries).toMatchObject([
      { id: '2019-01-01T000000Z', state: 'good' },
      { id, state: 'good', files: 1, bytes: 4, tries: 1, path: join(test.folder, `data/${id}.json`) },
      {
        state: 'failed',
        because: 'exit status 1: no token',
        path: join(test.folder, 'incomplete/2026-03-01T070000Z.json'),
      },
      { state: 'suspect', because: '4 B is less than the 100 B that min_bytes asks for' },
    ])
    test.configure('keep = { last = 1, min = 1 }\ncmd = "echo [2] > $PARCEL_PATH.json"')
    await test.run({ exportNow: true })
    await test.run()
    const dataset = await test.open()
    expect(listSummaries(dataset, test.context, false).map(({ state }) => state)).not.toContain('pruned')
    expect(listSummaries(dataset, test.context, true).filter(({ state }) => state === 'pruned')).toHaveLength(3)
  })

  it('of one parcel: its metrics, its logs, and what the ledger says', async () => {
    const test = await mixed()
    const shown = showParcel(await test.open(), test.context, id)
    expect(shown).toMatchObject({ id, state: 'good', metrics: { success: 'Y', bytes: '4' } })
    expect(shown.logs.map((path) => path.slice(test.folder.length + 1))).toEqual([`log/${id}.out`, `log/${id}.err`])
    expect(shown.ledger.map(({ event }) => event)).toEqual(['started', 'sealed'])
    expect(ledgerOf(await test.open(), test.context)).toHaveLength(6)
  })

  it('of what it printed', async () => {
    const test = await mixed()
    const dataset = await test.open()
    expect(readLogs(dataset, test.context, id)).toEqual({ out: 'said\n', err: 'careful\n' })
    expect(() => readLogs(dataset, test.context, '2019-01-01T000000Z')).toThrow(
      'todoist 2019-01-01T000000Z has no logs',
    )
  })

  it('is an error with a way on where there is no such parcel', async () => {
    const test = await mixed()
    const dataset = await test.open()
    for (const look of [showParcel, readLogs]) {
      expect(() => look(dataset, test.context, '2000-01-01T000000Z')).toThrow(
        'todoist has no parcel 2000-01-01T000000Z',
      )
    }
    await expect(recomputeMetrics(dataset, test.context, ['2000-01-01T000000Z'])).rejects.toMatchObject({
      code: 'not-found',
      hint: 'The newest is 2026-03-01T080000Z; `unsilo parcels todoist` lists them all.',
    })
  })
})

describe('recomputing metrics', () => {
  it('measures all that is there with the metrics of now, and keeps the rows of what is gone', async () => {
    const test = await mixed()
    rmSync(join(test.folder, `data/${id}.json`))
    test.configure('metrics.lines.cmd = "wc -l < $PARCEL_PATH"')
    const { parcels, problems } = await recomputeMetrics(await test.open(), test.context, [])
    expect([parcels.length, problems]).toEqual([3, []])
    expect(test.read('metrics.csv').split('\r\n')).toEqual([
      'parcel_id,success,files,bytes,lines',
      '2019-01-01T000000Z,Y,1,3,0',
      `${id},Y,1,4,`,
      '2026-03-01T070000Z,N,1,3,1',
      '2026-03-01T080000Z,Y,1,4,1',
      '',
    ])
  })

  it('measures the ones that are asked for, and refuses one that is gone', async () => {
    const test = await mixed()
    test.configure('metrics.lines.cmd = "wc -l < $PARCEL_PATH"')
    const dataset = await test.open()
    expect(await recomputeMetrics(dataset, test.context, [id])).toEqual({ parcels: [id], problems: [] })
    expect(test.read('metrics.csv')).toContain(`${id},Y,1,4,1`)
    expect(test.read('metrics.csv')).not.toContain('2019')
    rmSync(join(test.folder, `data/${id}.json`))
    await expect(recomputeMetrics(dataset, test.context, [id])).rejects.toMatchObject({ code: 'not-found' })
  })

  it('warns of each metric that fails', async () => {
    const test = await mixed()
    test.configure('metrics.bad.cmd = "exit 5"')
    const { problems } = await recomputeMetrics(await test.open(), test.context, [])
    expect(problems.map(({ message }) => message)).toEqual([
      'metric bad of 2019-01-01T000000Z: exit status 5',
      `metric bad of ${id}: exit status 5`,
      'metric bad of 2026-03-01T080000Z: exit status 5',
    ])
  })
})
