import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { type DatasetReport, makeReport, reportOn } from './report.ts'
import { healthStates } from './warnings.ts'
import { whyDataset } from './why.ts'

const hour = 3_600_000
const day = 24 * hour
const daily = (cmd: string, more = ''): string => `interval = "1 day"\ncmd = '''${cmd}'''\n${more}`
const good = 'echo "[1]" > $PARCEL_PATH.json'
const bad = 'echo "no token" >&2; exit 1'

async function reportFor(test: TestDataset): Promise<DatasetReport> {
  return reportOn(await test.open(), test.context)
}

/** Runs once with each of the configurations, a day apart. */
async function runWith(test: TestDataset, ...configs: string[]): Promise<void> {
  for (const config of configs) {
    test.configure(config)
    await test.run({ exportNow: true })
    test.clock.advance(day)
  }
}

describe('a dataset', () => {
  it('is good, with its last success and when it is due, while all is well', async () => {
    const test = testDataset('')
    await runWith(test, daily(good))
    test.clock.advance(-hour)
    expect(await reportFor(test)).toMatchObject({
      dataset: 'todoist',
      path: test.folder,
      health: 'good',
      warnings: [],
      lastSuccess: { parcel: '2026-03-01T060000Z', at: '2026-03-01T06:00:00.000Z', ageMs: 23 * hour },
      goodParcels: 1,
      due: 'the last good parcel is 23 hours old; the interval is 1 day',
      nextAt: '2026-03-02T05:55:00.000Z',
    })
  })

  it('is idle when nothing is set up yet', async () => {
    expect(await reportFor(testDataset(''))).toMatchObject({ health: 'idle', warnings: [] })
    expect(await reportFor(testDataset('interval = "1 day"'))).toMatchObject({ health: 'idle', warnings: [] })
  })

  it('never had a good parcel', async () => {
    const test = testDataset(daily(bad))
    expect(await reportFor(test)).toMatchObject({
      health: 'never',
      warnings: [
        { message: 'there is no good parcel, and nothing was exported yet', hint: 'Run `unsilo export todoist`.' },
      ],
    })
    await test.run()
    const { health, warnings } = await reportFor(test)
    expect([health, warnings.length]).toEqual(['never', 1])
    expect(warnings[0]!.message).toContain('failed: exit status 1: no token')
    const manual = testDataset('ingest.paths = "inbox/*"')
    expect((await reportFor(manual)).warnings[0]!.hint).toContain('ingest.paths')
  })

  it('is failing when the newest export failed, and how often in a row is told', async () => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(bad), daily(bad), daily(bad))
    const { health, warnings, lastSuccess } = await reportFor(test)
    expect([health, lastSuccess?.parcel]).toEqual(['failing', '2026-03-01T060000Z'])
    expect(warnings.map(({ health: kind }) => kind)).toEqual(['failing', 'late'])
    expect(warnings[0]!.message).toBe(
      'the newest export, of 2026-03-04 06:00 UTC, the last of 3 in a row, failed: exit status 1: no token',
    )
  })

  it.each([
    ['no-space', 'critical'],
    ['command-failed', 'error'],
  ] as const)('is as bad as the run has told it when the newest export failed: %s', async (code, severity) => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(bad))
    const ledger = test.read('ledger.ndjson').replace('"command-failed"', JSON.stringify(code))
    writeFileSync(join(test.folder, 'ledger.ndjson'), ledger)
    expect((await reportFor(test)).warnings[0]).toMatchObject({ cause: 'failing', severity })
  })

  it('has lost its newest good parcel', async () => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(good))
    rmSync(join(test.folder, 'data/2026-03-02T060000Z.json'))
    test.clock.advance(-hour)
    const { health, warnings } = await reportFor(test)
    expect(health).toBe('gone')
    expect(warnings[0]!.message).toBe(
      `the newest successful parcel, 2026-03-02T060000Z, is gone from ${test.folder}/data`,
    )
  })

  it('is not said to have lost what prune removed', async () => {
    const test = testDataset('')
    await runWith(test, daily(good, 'keep = 1'), daily(good, 'keep = 1'))
    await test.run()
    expect(test.history().parcels.map(({ state }) => state)).toContain('pruned')
    expect(await reportFor(test)).toMatchObject({ health: 'good' })
  })

  it('is suspect, with the doubts and both ways on', async () => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(good, 'guard.min_bytes = "1 kB"'))
    test.clock.advance(-hour)
    const { health, warnings } = await reportFor(test)
    expect(health).toBe('suspect')
    expect(warnings[0]).toMatchObject({
      message:
        'the newest parcel, of 2026-03-02 06:00 UTC, is suspect: 4 B is less than the 1.0 kB that min_bytes asks for',
      hint: 'Look at it: `unsilo show todoist 2026-03-02T060000Z`. If it is right: `unsilo accept todoist 2026-03-02T060000Z`.',
    })
  })

  it('is late when nothing has run for longer than the interval and a quarter', async () => {
    const test = testDataset('')
    await runWith(test, daily(good))
    test.clock.advance(day / 4)
    expect((await reportFor(test)).health).toBe('good')
    test.clock.advance(1000)
    expect(await reportFor(test)).toMatchObject({ health: 'late' })
    test.configure(daily(good, 'max_age = "3 days"'))
    expect((await reportFor(test)).health).toBe('good')
  })

  it('is unmeasured when metrics of the newest good parcel are missing, or ERROR', async () => {
    const test = testDataset('')
    await runWith(test, daily(good, 'metrics.users.cmd = "exit 1"'))
    test.clock.advance(-hour)
    expect(await reportFor(test)).toMatchObject({
      health: 'unmeasured',
      warnings: [{ message: 'metric users of 2026-03-01T060000Z is ERROR' }],
    })
    writeFileSync(join(test.folder, 'metrics.csv'), 'parcel_id,success,files,bytes\r\n')
    expect((await reportFor(test)).warnings[0]!.message).toBe('metrics of 2026-03-01T060000Z are missing')
  })

  it('is broken when its records cannot be read, and the report says which', async () => {
    const test = testDataset(daily(good))
    writeFileSync(join(test.folder, 'metrics.csv'), 'not,metrics\r\n')
    const { health, warnings } = await reportFor(test)
    expect(health).toBe('broken')
    expect(warnings[0]!.message).toContain(join(test.folder, 'metrics.csv'))
  })

  it('is not failing while its first export is at work', async () => {
    const test = testDataset('')
    await runWith(test, daily(good))
    const line =
      '{"at":"2026-03-02T06:00:00.000Z","event":"started","parcel":"2026-03-02T060000Z","by":"export","pid":1,"host":"x"}'
    writeFileSync(join(test.folder, 'ledger.ndjson'), `${test.read('ledger.ndjson')}${line}\n`)
    expect((await reportFor(test)).health).toBe('good')
  })
})

describe('the report', () => {
  it('puts the worst first, then goes by name, and counts those with warnings', async () => {
    const root = temporaryFolder()
    const states: [string, string[]][] = [
      ['b-good', [daily(good)]],
      ['a-good', [daily(good)]],
      ['never', [daily(bad)]],
      ['failing', [daily(good), daily(bad)]],
      ['suspect', [daily(good), daily(good, 'guard.min_files = 2')]],
      ['unmeasured', [daily(good, 'metrics.x.cmd = "exit 1"')]],
      ['idle', []],
    ]
    const tests = states.map(([name]) => testDataset('', name, root))
    for (const [index, [, configs]] of states.entries()) {
      const test = tests[index]!
      for (const config of configs) {
        test.configure(config)
        await test.run({ exportNow: true })
        test.clock.advance(1000)
      }
    }
    const datasets = await Promise.all(tests.map((test) => test.open()))
    const report = await makeReport(datasets, tests[0]!.context)
    expect(report.datasets.map(({ dataset }) => dataset)).toEqual([
      'never',
      'failing',
      'suspect',
      'unmeasured',
      'a-good',
      'b-good',
      'idle',
    ])
    const ranks = report.datasets.map(({ health }) => healthStates.indexOf(health))
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
    expect(report.warned).toBe(4)
  })

  it('changes nothing', async () => {
    const test = testDataset(daily(bad))
    await makeReport([await test.open()], test.context)
    expect([test.names('data'), test.history().entries]).toEqual([[], []])
  })
})

describe('why', () => {
  it('tells why it is due, whether it is late, and why each parcel stays or goes', async () => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(good), daily(good))
    test.configure(daily(good, 'keep = { last = 2, min = 1 }'))
    const why = await whyDataset(await test.open(), test.context)
    expect(why).toMatchObject({
      dataset: 'todoist',
      health: 'good',
      due: { due: true },
      overdue: { overdue: false },
      frozen: false,
    })
    expect(why.parcels.map(({ keep, reasons }) => [keep, reasons.join('; ')])).toEqual([
      [false, 'older than the last 2'],
      [true, 'last 2 (2 of 2)'],
      [true, 'newest good; last 2 (1 of 2)'],
    ])
  })

  it('says that a suspect parcel freezes everything', async () => {
    const test = testDataset('')
    await runWith(test, daily(good), daily(good), daily(good, 'keep = 1\nguard.min_files = 2'))
    const why = await whyDataset(await test.open(), test.context)
    expect(why.frozen).toBe(true)
    expect(why.parcels.every(({ keep }) => keep)).toBe(true)
  })
})
