import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { simulatorCommand } from '../../test/simulator/simulator-command.ts'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { testDataset } from '../../test/support/test-dataset.ts'
import { dayMs } from '../system/duration.ts'
import { acceptParcel } from './accept.ts'
import { type Outcome, hasFailed } from './outcome.ts'
import { runDatasets } from './run.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const daily = (cmd: string, more = ''): string => `interval = "1 day"\ncmd = '''${cmd}'''\n${more}`
const writesOne = 'echo "[1]" > $PARCEL_PATH.json'

/** Events in the ledger, such as `sealed good`. */
function events(test: ReturnType<typeof testDataset>): string[] {
  return test.history().entries.map(({ event, state }) => (state === undefined ? event : `${event} ${state}`))
}

describe('a run with nothing to do', () => {
  it('touches nothing: no lock, no ledger, no folders', async () => {
    const test = testDataset('interval = "1 day"')
    expect(await test.run()).toMatchObject({ exported: undefined, problems: [] })
    expect(existsSync(join(test.folder, 'ledger.ndjson'))).toBe(false)
    expect(existsSync(join(test.folder, 'data'))).toBe(false)
  })

  it('takes no step that changes the disk when the parcel is still fresh', async () => {
    const test = testDataset(daily(writesOne))
    await test.run()
    test.clock.advance(hour)
    const { files, steps } = breakingFiles(() => 'go on')
    expect(await test.run({}, { ...test.system, files })).toMatchObject({ exported: undefined, problems: [] })
    expect(steps).toEqual([])
  })

  it('only says what it would do when it is dry', async () => {
    const test = testDataset(daily(writesOne))
    expect(await test.run({ dryRun: true })).toMatchObject({
      exported: undefined,
      planned: { ingest: [], export: true, prune: [] },
    })
    expect(existsSync(join(test.folder, 'ledger.ndjson'))).toBe(false)
  })
})

describe('a run that is due', () => {
  it('exports, measures, and says so in the ledger', async () => {
    const test = testDataset(daily(writesOne, 'metrics.lines.cmd = "wc -l < $PARCEL_PATH"'))
    const outcome = await test.run()
    expect(outcome.exported).toMatchObject({ event: 'sealed', state: 'good', files: 1, bytes: 4, tries: 1 })
    expect(test.names('data')).toEqual(['2026-03-01T060000Z.json'])
    expect(test.names('incomplete')).toEqual([])
    expect(test.names('log')).toEqual(['2026-03-01T060000Z.err', '2026-03-01T060000Z.out'])
    expect(test.read('metrics.csv')).toBe('parcel_id,success,files,bytes,lines\r\n2026-03-01T060000Z,Y,1,4,1\r\n')
    expect(events(test)).toEqual(['started', 'sealed good'])
  })

  it('makes the bytes durable, then the place in data/, then the ledger, then metrics.csv', async () => {
    for (const [cmd, stdout] of [
      [writesOne, ''],
      ['echo "[1]"', 'stdout = "json"'],
      ['mkdir $PARCEL_PATH; echo x > $PARCEL_PATH/a.json', ''],
    ] as const) {
      const test = testDataset(daily(cmd, stdout))
      const { files, steps } = breakingFiles(() => 'go on')
      await test.run({}, { ...test.system, files })
      const short = steps.map((step) => step.replaceAll(`${test.folder}/`, '').replace(test.folder, 'FOLDER'))
      const at = (pattern: RegExp, from = 0): number => {
        const found = short.findIndex((step, index) => index >= from && pattern.test(step))
        expect(found, `${pattern} in ${short.join('\n')}`).toBeGreaterThanOrEqual(0)
        return found
      }
      const content = at(/^sync incomplete\/2026-03-01T060000Z(\.json|\/a\.json)$/)
      const moved = at(/^rename incomplete\/2026-03-01T060000Z\S* to data\//)
      const placed = at(/^sync data$/)
      const said = at(/^write ledger\.ndjson$/, placed)
      const saidForGood = at(/^sync ledger\.ndjson$/, said)
      const measured = at(/^rename \S+\.tmp to metrics\.csv$/)
      const order = [at(/^sync ledger\.ndjson$/), content, moved, placed, said, saidForGood, measured]
      expect(order).toEqual(order.toSorted((a, b) => a - b))
      expect(short.slice(moved, saidForGood).filter((step) => step.includes('metrics'))).toEqual([])
    }
  })

  it('is due once after the machine has slept for ten days', async () => {
    const test = testDataset(daily(writesOne))
    await test.run()
    test.clock.advance(10 * day)
    expect((await test.run()).exported?.event).toBe('sealed')
    for (let count = 0; count < 5; count++) {
      test.clock.advance(minute)
      expect((await test.run()).exported).toBeUndefined()
    }
    expect(test.names('data')).toHaveLength(2)
  })

  it('takes the next second when this one has its parcel', async () => {
    const test = testDataset(daily(writesOne))
    test.clock.advance(250)
    await test.run({ exportNow: true })
    const second = await test.run({ exportNow: true })
    expect(second.exported?.parcel).toBe('2026-03-01T060001Z')
    expect(test.clock.sleeps).toEqual([750])
    expect(test.names('data')).toEqual(['2026-03-01T060000Z.json', '2026-03-01T060001Z.json'])
  })

  it('uses the id that the user wants, and none that was ever used', async () => {
    const test = testDataset(daily(writesOne))
    const parcelId = '2020-01-01T000000Z'
    expect((await test.run({ exportNow: true, parcelId })).exported?.parcel).toBe(parcelId)
    const again = await test.run({ exportNow: true, parcelId })
    expect(again.exported).toBeUndefined()
    expect(again.problems).toMatchObject([{ severity: 'error', code: 'clash' }])
    expect(test.names('data')).toEqual([`${parcelId}.json`])
  })

  it('keeps its parcel when a metric fails, and warns', async () => {
    const test = testDataset(daily(writesOne, 'metrics.users.cmd = "echo no users >&2; exit 2"'))
    const outcome = await test.run()
    expect(hasFailed(outcome)).toBe(false)
    expect(outcome.problems).toMatchObject([
      {
        severity: 'warning',
        code: 'metric-failed',
        message: 'metric users of 2026-03-01T060000Z: exit status 2: no users',
      },
    ])
    expect(test.read('metrics.csv')).toContain('2026-03-01T060000Z,Y,1,4,ERROR')
  })
})

describe('an export that fails', () => {
  it('leaves data/ alone, keeps what there is with its reason, and does not count', async () => {
    const test = testDataset(daily(`${writesOne}; echo "server gone" >&2; exit 4`))
    const outcome = await test.run()
    expect(hasFailed(outcome)).toBe(true)
    expect(outcome.exported).toMatchObject({
      event: 'failed',
      code: 'command-failed',
      reason: 'exit status 4: server gone',
    })
    expect([test.names('data'), test.names('incomplete')]).toEqual([[], ['2026-03-01T060000Z.json']])
    expect(test.read('metrics.csv')).toContain('2026-03-01T060000Z,N,1,4')
    expect(events(test)).toEqual(['started', 'failed'])
  })

  it('backs off: a 16th of the interval, then an 8th, a 4th, a half, and the whole of it', async () => {
    const test = testDataset(daily('exit 1'))
    const waits: number[] = []
    let last = test.clock.now().getTime()
    expect((await test.run()).exported?.event).toBe('failed')
    while (waits.length < 6) {
      test.clock.advance(15 * minute)
      if ((await test.run()).exported === undefined) continue
      waits.push((test.clock.now().getTime() - last) / day)
      last = test.clock.now().getTime()
    }
    expect(waits).toEqual([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 1])
  })

  it('is due as usual again once one has succeeded', async () => {
    const test = testDataset(daily('exit 1'))
    await test.run()
    test.configure(daily(writesOne))
    test.clock.advance(2 * hour)
    expect((await test.run()).exported?.event).toBe('sealed')
    test.clock.advance(23 * hour)
    expect((await test.run()).exported).toBeUndefined()
    test.clock.advance(hour)
    expect((await test.run()).exported?.event).toBe('sealed')
  })

  it('is tried again with growing waits, never mixes two tries, and tells each in its log', async () => {
    const cmd = `echo try >> tries; n=$(wc -l < tries); echo "[$n]" > $PARCEL_PATH.part$n; echo "try $n" >&2; [ $n -eq 3 ]`
    const test = testDataset(daily(cmd, 'retries = 3'))
    expect((await test.run()).exported).toMatchObject({ event: 'sealed', tries: 3 })
    expect(test.names('data')).toEqual(['2026-03-01T060000Z.part3'])
    expect(test.names('incomplete')).toEqual([])
    expect(test.clock.sleeps).toEqual([750, 1500])
    expect(test.read('log/2026-03-01T060000Z.err').split('\n')).toEqual([
      'try 1',
      '--- unsilo: try 1 of 3 failed (exit status 1: try 1); next in less than a second',
      'try 2',
      '--- unsilo: try 2 of 3 failed (exit status 1: try 2); next in 1 second',
      'try 3',
      '',
    ])
  })

  it('never tells the command, which may hold secrets, to the ledger, the outcome or the logs', async () => {
    const secret = 'hunter2-s3cr3t'
    const commands = [
      `: ${secret}; exit 1`,
      `: ${secret}`,
      `: ${secret}; sleep 60`,
      `if ${secret}; then`,
      `: ${secret}; ${writesOne}`,
    ]
    for (const cmd of commands) {
      const test = testDataset(daily(cmd, 'timeout = "1 second"\nretries = 2'))
      const outcome = await test.run()
      const logs = test.names('log').map((name) => test.read(`log/${name}`))
      const all = JSON.stringify([outcome, test.read('ledger.ndjson'), test.read('metrics.csv'), logs])
      expect(all, cmd).not.toContain(secret)
    }
  })

  it('ends as interrupted when the user interrupts it', async () => {
    const test = testDataset(daily('touch started; sleep 60', 'retries = 5'))
    const controller = new AbortController()
    const running = runDatasets([await test.open()], { ...test.context, signal: controller.signal }, {}, 1)
    await expect.poll(() => existsSync(join(test.folder, 'started'))).toBe(true)
    controller.abort()
    const [outcome] = await running
    expect(outcome!.exported).toMatchObject({ event: 'failed', code: 'cancelled', tries: 1 })
    expect(events(test)).toEqual(['started', 'failed'])
  })
})

describe('a suspect parcel', () => {
  /** A daily export of an account, whose plan the test changes. */
  function accountDataset(more = ''): ReturnType<typeof testDataset> & { plan(options: object): void } {
    const plan = join(temporaryFolder(), 'plan.json')
    const account = { seed: 7, start: '2025-12-01T00:00:00Z' }
    const cmd = simulatorCommand({ account, output: '$PARCEL_PATH.json' }, plan)
    const test = testDataset(daily(cmd, more))
    return {
      ...test,
      plan: (options) => writeFileSync(plan, JSON.stringify({ at: test.clock.now().toISOString(), ...options })),
    }
  }

  async function runFor(test: ReturnType<typeof accountDataset>, fault = 'none'): Promise<Outcome> {
    test.clock.advance(day)
    test.plan({ fault, share: 0.3 })
    return test.run()
  }

  it('is one that is less than half of what five good ones were, and it is sealed all the same', async () => {
    const test = accountDataset()
    for (let count = 0; count < 4; count++) await runFor(test)
    expect((await runFor(test, 'shrunk')).exported).toMatchObject({ state: 'good' })
    for (let count = 0; count < 2; count++) await runFor(test)
    const { exported } = await runFor(test, 'shrunk')
    expect(exported).toMatchObject({ event: 'sealed', state: 'suspect' })
    expect((exported as { doubts: string[] }).doubts[0]).toMatch(/% less than the median of the last \d+ good parcels/)
    expect(test.names('data')).toHaveLength(8)
  })

  it('does not count as good: the next one is tried early, and nothing is pruned until one is good', async () => {
    const test = accountDataset('keep = 2\n[guard]\nmin_bytes = "1 kB"')
    for (let count = 0; count < 3; count++) expect((await runFor(test)).exported).toMatchObject({ state: 'good' })
    expect(test.names('data')).toHaveLength(2)
    expect((await runFor(test, 'refused')).exported).toMatchObject({ state: 'suspect' })
    expect(test.names('data')).toHaveLength(3)
    test.clock.advance(day / 16)
    expect((await test.run()).exported).toMatchObject({ state: 'suspect' })
    expect(test.names('data')).toHaveLength(4)
    expect((await runFor(test)).exported).toMatchObject({ state: 'good' })
    const [first] = test.names('data')
    expect(test.history().parcels.filter(({ state }) => state === 'pruned')).toHaveLength(2)
    expect(first).toBe('2026-03-04T060000Z.json')
  })

  it('counts as good, and no longer freezes anything, once the user accepts it', async () => {
    const test = accountDataset('keep = 2\n[guard]\nmin_bytes = "1 kB"')
    for (let count = 0; count < 3; count++) await runFor(test)
    const { exported } = await runFor(test, 'refused')
    const dataset = await test.open()
    const { parcel } = exported!
    expect(await acceptParcel(dataset, test.context, parcel)).toBe(true)
    expect(await acceptParcel(dataset, test.context, parcel)).toBe(false)
    const next = await test.run()
    expect(next.exported).toBeUndefined()
    expect(next.pruned).toHaveLength(1)
    expect(test.names('data')).toHaveLength(2)
    await expect(acceptParcel(dataset, test.context, next.pruned[0]!.id)).rejects.toMatchObject({ code: 'usage' })
    await expect(acceptParcel(dataset, test.context, '2020-01-01T000000Z')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('datasets side by side', () => {
  it('do not stop each other when one fails', async () => {
    const root = temporaryFolder()
    const tests = [
      testDataset(daily('exit 1'), 'a', root),
      testDataset('interval = "1 day"\nkeep = 1', 'b', root),
      testDataset(daily(writesOne), 'c', root),
    ]
    writeFileSync(join(tests[1]!.folder, 'data'), 'in the way')
    const datasets = await Promise.all(tests.map((test) => test.open()))
    const outcomes = await runDatasets(datasets, tests[0]!.context, {}, 2)
    expect(outcomes.map(({ dataset, exported }) => [dataset, exported?.event])).toEqual([
      ['a', 'failed'],
      ['b', undefined],
      ['c', 'sealed'],
    ])
  })

  it('tell how far they are', async () => {
    const test = testDataset(daily('echo "[1]"', 'stdout = "json"'))
    const steps: string[] = []
    const onProgress = ({ step }: { step: string }): void => void steps.push(step)
    await runDatasets([await test.open()], { ...test.context, onProgress }, {}, 1)
    expect([...new Set(steps)]).toEqual(['exporting', 'sealing', 'measuring', 'done'])
  })

  it('say that nothing can be exported where no command is set', async () => {
    const test = testDataset('')
    const { problems } = await test.run({ exportNow: true })
    expect(problems).toMatchObject([
      { code: 'config', message: 'there is nothing to export: neither `cmd` nor `source` is set' },
    ])
  })
})

it('compresses what the command prints, and the bytes come back', async () => {
  const test = testDataset(daily('echo "[1]"', 'stdout = "json"\ncompress = "gzip"'))
  expect((await test.run()).exported).toMatchObject({ name: '2026-03-01T060000Z.json.gz' })
  expect(gunzipSync(readFileSync(join(test.folder, 'data/2026-03-01T060000Z.json.gz'))).toString()).toBe('[1]\n')
})

it('measures a shrink against parcels that are pruned, too: a small keep does not let good ones go', async () => {
  const print = (bytes: number): string => daily(`head -c ${bytes} /dev/zero | tr "\\0" x`, 'stdout = "txt"\nkeep = 2')
  const test = testDataset(print(24_000))
  for (let day = 0; day < 6; day++) {
    expect((await test.run()).exported).toMatchObject({ state: 'good' })
    test.clock.advance(dayMs)
  }
  test.configure(print(2))
  for (let day = 0; day < 3; day++) {
    const { exported, pruned } = await test.run()
    expect(exported).toMatchObject({ state: 'suspect' })
    expect(pruned).toEqual([])
    test.clock.advance(dayMs)
  }
  expect(test.history().newestGood!.id).toBe('2026-03-06T060000Z')
})

it('says which lines of the ledger cannot be read, also when there is nothing to do', async () => {
  const test = testDataset(`cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 day"`)
  await test.run()
  appendFileSync(join(test.folder, 'ledger.ndjson'), 'garbage\n{"at":"2026-03-01T06:00:00.000Z","event":"sealed"}\n')
  const { problems, exported } = await test.run()
  expect(exported).toBeUndefined()
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      message: `lines 3 and 4 of ${join(test.folder, 'ledger.ndjson')} cannot be read; a verdict may be lost, so nothing is pruned`,
    },
  ])
})
