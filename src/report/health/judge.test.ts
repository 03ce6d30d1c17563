import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptParcel } from '../../dataset/accept.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { dayMs } from '../../system/duration.ts'
import { type DatasetReport, makeReport, reportOn } from '../report.ts'
import { troublesOf } from '../troubles.ts'
import { type Health, rankOf } from '../warnings.ts'
import { whyDataset } from '../why.ts'
import { goodOnes, storeView, storedHistory } from './stored-history.fixture.ts'

const daily = 'interval = "1 day"\ncmd = "true"\n'
const feed = `${daily}[views.all]\nkey = "id"\n`

async function healthOf(test: TestDataset): Promise<DatasetReport> {
  return reportOn(await test.open(), test.context)
}

/** States, worst first, and what the first warning says. */
async function told(test: TestDataset): Promise<{ health: Health; causes: string[]; message: string; hint: string }> {
  const { health, warnings } = await healthOf(test)
  const [first] = warnings
  return { health, causes: warnings.map(({ cause }) => cause), message: first?.message ?? '', hint: first?.hint ?? '' }
}

describe('a verdict', () => {
  it('is good, and says what was looked at, with its numbers', async () => {
    const { health, warnings, judgements } = await healthOf(storedHistory(daily, goodOnes(30)))
    expect([health, warnings]).toEqual(['good', []])
    expect(judgements.every(({ ok }) => ok)).toBe(true)
    expect(judgements.map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['broken', 'failing', 'late', 'frozen', 'gone', 'damaged', 'figures', 'unmeasured']),
    )
    expect(judgements.find(({ finding }) => finding.startsWith('bytes'))?.finding).toBe(
      'bytes is 1.0 kB; 1.0 kB is to be expected from the last 20 (median absolute deviation 0 B), 842 B to 3.0 kB is usual',
    )
  })

  it('is unlikely when a number is far from usual, until the parcel is accepted', async () => {
    const config = `${daily}metrics.tasks.cmd = "true"\n`
    const tasks = (index: number) => ({ metrics: { tasks: index === 24 ? '120' : String(300 + index) } })
    const test = storedHistory(config, goodOnes(25, tasks))
    const found = await told(test)
    expect(found).toMatchObject({ health: 'unlikely', causes: ['figures'] })
    expect(found.message).toBe('tasks of the newest parcel, 2026-03-01T050000Z, is 120, far less than usual: about 324')
    expect(found.hint).toContain('unsilo accept todoist 2026-03-01T050000Z')
    expect(await acceptParcel(await test.open(), test.context, '2026-03-01T050000Z')).toBe(true)
    expect(await told(test)).toMatchObject({ health: 'good' })
    test.configure(`${config}health.ignore = ["tasks"]`)
    expect((await healthOf(test)).judgements.some(({ finding }) => finding.startsWith('tasks'))).toBe(false)
  })

  it('is frozen when the parcels are the same for far longer than ever', async () => {
    const attempts = [...goodOnes(20), ...goodOnes(10, () => ({ text: 'cached' }))]
    expect(await told(storedHistory(daily, attempts))).toMatchObject({ health: 'frozen', causes: ['frozen'] })
    const always = storedHistory(
      daily,
      goodOnes(40, () => ({ text: 'the same' })),
    )
    expect(await told(always)).toMatchObject({ health: 'good' })
  })

  it('is frozen when the metric that health.newest names stands still', async () => {
    const attempts = goodOnes(40, (index) => ({ metrics: { newest: `2026-02-${Math.min(25, index)}` } }))
    const test = storedHistory(`${daily}metrics.newest.cmd = "true"\n`, attempts)
    expect(await told(test)).toMatchObject({ health: 'good' })
    test.configure(`${daily}metrics.newest.cmd = "true"\nhealth.newest = "newest"\n`)
    const found = await told(test)
    expect(found).toMatchObject({ health: 'frozen' })
    expect(found.message).toContain('metric newest has been the same in 15 parcels, for 14 days')
  })

  it('is frozen when the largest value of a cursor, or of ids, stands still', async () => {
    const rest = (more: string): string =>
      `interval = "1 day"\n[source]\nkind = "rest"\nbase = "http://127.0.0.1:9"\n[[source.streams]]\nname = "entries"\npath = "items"\nkey = "id"\n${more}`
    for (const [more, what] of [
      ['cursor = { field = "changed.at", param = "since" }\n', 'the largest changed.at of entries'],
      ['high_water = { field = "id" }\n', 'the largest id of entries'],
    ] as const) {
      const upTo = (last: number) => (index: number) => ({
        newest: { other: 'x', entries: `2026-02-${String(Math.min(last, index)).padStart(2, '0')}T08:00:00Z` },
      })
      expect(await told(storedHistory(rest(more), goodOnes(27, upTo(26))))).toMatchObject({ health: 'good' })
      const found = await told(storedHistory(rest(more), goodOnes(40, upTo(25))))
      expect([found.health, found.message]).toEqual([
        'frozen',
        `exports succeed, but ${what} has been the same in 15 parcels, for 14 days, and used to change`,
      ])
    }
    const untold = await healthOf(storedHistory(rest(''), goodOnes(40)))
    expect(untold.judgements.filter(({ cause }) => cause === 'frozen')).toEqual([
      {
        cause: 'frozen',
        ok: true,
        finding: expect.stringMatching(/cannot be told: .* Give a stream a `cursor`, or a view/),
      },
    ])
  })

  it('is frozen when the newest item of a feed is far older than the newest parcel', async () => {
    const test = storedHistory(feed, goodOnes(12))
    const pace = { newest: '2026-02-27T08:00:00.000Z', times: 200, longestHours: 40 }
    storeView(test, 'all', { pace })
    expect(await told(test)).toMatchObject({ health: 'good' })
    storeView(test, 'all', { pace: { ...pace, newest: '2026-02-10T08:00:00.000Z' } })
    const found = await told(test)
    expect(found).toMatchObject({ health: 'frozen' })
    expect(found.message).toContain('the newest item of all is from 2026-02-10 08:00 UTC')
    storeView(test, 'all', { pace: { ...pace, newest: '2020-02-10T08:00:00.000Z', times: 3 } })
    expect(await told(test)).toMatchObject({ health: 'good' })
  })

  it('has a gap, or nearly one, or another form, until ten parcels have followed or the newest is accepted', async () => {
    const test = storedHistory(feed, goodOnes(30))
    const ids = test.history().parcels.map(({ id }) => id)
    const gap = (index: number) => ({ after: ids[index - 1]!, before: ids[index]!, hours: 24 })
    const headroom = { turnover: 0.2, mostTurnover: 0.4, longestHours: 100 }
    storeView(test, 'all', { gaps: [gap(25)], headroom })
    const found = await told(test)
    expect(found).toMatchObject({ health: 'gap', causes: ['gap'] })
    expect(found.message).toContain('what was there only in these 1 day is lost')
    storeView(test, 'all', { gaps: [gap(10)], headroom })
    expect(await told(test)).toMatchObject({ health: 'good' })
    storeView(test, 'all', { headroom: { ...headroom, mostTurnover: 0.8 } })
    expect(await told(test)).toMatchObject({ health: 'gap', causes: ['headroom'] })
    const drift = (kind: 'appeared' | 'vanished' | 'type') => [
      { parcel: ids[28]!, field: 'title', kind, before: ['string'], after: ['number'] },
    ]
    storeView(test, 'all', { drift: drift('appeared') })
    expect(await told(test)).toMatchObject({ health: 'good' })
    storeView(test, 'all', { drift: drift('type') })
    const drifted = await told(test)
    expect(drifted).toMatchObject({ health: 'unlikely', causes: ['drift'] })
    expect(drifted.message).toContain('title was string, and is number since 2026-02-28')
    await acceptParcel(await test.open(), test.context, ids.at(-1)!)
    expect(await told(test)).toMatchObject({ health: 'good' })
  })

  it('is unlikely when nothing can be read in a view, or no more', async () => {
    const test = storedHistory(feed, goodOnes(30))
    const since = test.history().parcels[28]!.id
    storeView(test, 'all', { items: 0, errors: 3 })
    const never = await told(test)
    expect(never).toMatchObject({ health: 'unlikely', causes: ['unread'] })
    expect(never.message).toBe('nothing could be read in view all: it has no items, and 3 errors')
    expect(never.hint).toContain('`unsilo views todoist`')
    const unsure = { since, seenBefore: undefined, problem: 'there is nothing at "items"', file: '', path: undefined }
    storeView(test, 'all', { items: 5, errors: 2, unsure })
    expect((await told(test)).message).toBe(
      `nothing could be read in view all since ${since}: there is nothing at "items"`,
    )
    // An empty account, and one record that cannot be read.
    storeView(test, 'all', { items: 0 })
    expect(await told(test)).toMatchObject({ health: 'good' })
    storeView(test, 'all', { items: 5, errors: 1, unsure: { ...unsure, path: 'items[3]' } })
    expect(await told(test)).toMatchObject({ health: 'good' })
  })

  it('is unverified when a copy was checked too long ago, once copies are verified or published', async () => {
    const test = storedHistory('cmd = "true"\n', goodOnes(3))
    test.clock.advance(300 * dayMs)
    expect(await told(test)).toMatchObject({ health: 'good' })
    test.configure('cmd = "true"\nverify_age = "90 days"\n')
    const found = await told(test)
    expect(found).toMatchObject({ health: 'unverified' })
    expect(found.message).toContain('3 of 3 parcels here were not verified for 90 days')
    expect(found.hint).toContain('unsilo verify todoist')
  })

  it('names the page of an export by hand that is due again', async () => {
    const config = 'ingest.paths = "inbox/*"\nmax_age = "30 days"\nlink = "https://takeout.google.com"\n'
    const test = storedHistory(config, goodOnes(1))
    test.clock.advance(31 * dayMs)
    const found = await told(test)
    expect(found.health).toBe('late')
    expect(found.hint).toMatch(/^Ask for the export at https:\/\/takeout\.google\.com\. /)
  })
})

describe('what is accepted', () => {
  const frozen = [...goodOnes(20), ...goodOnes(10, () => ({ text: 'cached' }))]
  const accept = (until: string): string =>
    `${daily}accept = [{ what = "frozen", until = "${until}", because = "I am on holiday" }]\n`

  it('is shown, and counts for nothing', async () => {
    const test = storedHistory(accept('2026-03-01'), frozen)
    const report = await makeReport([await test.open()], test.context)
    expect(report.datasets[0]).toMatchObject({
      health: 'good',
      warnings: [{ cause: 'frozen', accepted: { until: '2026-03-01', because: 'I am on holiday' } }],
    })
    expect([report.warned, troublesOf(report)]).toEqual([0, []])
    const { judgements } = await whyDataset(await test.open(), test.context)
    expect(judgements.filter(({ cause }) => cause === 'frozen')).toEqual([
      {
        cause: 'frozen',
        ok: true,
        finding: expect.stringMatching(/\(accepted until 2026-03-01: I am on holiday\)$/) as string,
      },
    ])
  })

  it('counts again after its last day, and that is told', async () => {
    const test = storedHistory(accept('2026-02-28'), frozen)
    const report = await makeReport([await test.open()], test.context)
    expect([report.warned, report.datasets[0]!.health]).toEqual([1, 'frozen'])
    expect(report.datasets[0]!.warnings[0]!.evidence).toContain('it was accepted until 2026-02-28: I am on holiday')
    expect(troublesOf(report)).toMatchObject([{ dataset: 'todoist', cause: 'frozen', severity: 'error' }])
  })

  it('hides nothing else, and is told when there is nothing for it', async () => {
    const test = storedHistory(accept('2026-03-01'), [...goodOnes(20), { state: 'failed' }])
    const { health, judgements } = await healthOf(test)
    expect(health).toBe('failing')
    expect(judgements.at(-1)).toEqual({
      cause: 'frozen',
      ok: true,
      finding: 'frozen is accepted until 2026-03-01 (I am on holiday), and there is no such warning now',
    })
  })
})

describe('any history', () => {
  const attempt = fc.record({
    state: fc.constantFrom('good', 'good', 'good', 'suspect', 'failed'),
    bytes: fc.integer({ min: 1, max: 3000 }),
    text: fc.constantFrom('', '', 'a', 'b'),
  })
  const history = fc.array(attempt, { minLength: 1, maxLength: 30 })
  const waits = fc.array(fc.integer({ min: 0, max: 40 * 24 }), { minLength: 1, maxLength: 4 })

  it('gets no better by mere waiting, and each state comes with its reason', async () => {
    await fc.assert(
      fc.asyncProperty(history, waits, fc.boolean(), async (attempts, hours, isVerified) => {
        const test = storedHistory(`${daily}${isVerified ? 'verify_age = "20 days"\n' : ''}`, attempts)
        let before = await healthOf(test)
        for (const wait of hours) {
          test.clock.advance(wait * 3_600_000)
          const { health, warnings, judgements } = await healthOf(test)
          expect(rankOf(health)).toBeLessThanOrEqual(rankOf(before.health))
          const causes = warnings.map(({ cause }) => cause)
          expect(causes).toEqual(expect.arrayContaining(before.warnings.map(({ cause }) => cause)))
          expect(health).toBe(warnings[0]?.health ?? 'good')
          for (const { message, hint } of warnings) expect([message, hint]).not.toContain('')
          expect(judgements.filter(({ ok }) => !ok)).toHaveLength(warnings.length)
          before = { ...before, health, warnings }
        }
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})

describe('a file that cannot be taken in', () => {
  const put = (test: TestDataset, name: string, text: string): string => {
    const path = join(test.folder, 'inbox', name)
    mkdirSync(join(test.folder, 'inbox'), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  const refusedLines = (test: TestDataset): number =>
    test.history().entries.filter(({ event }) => event === 'refused').length

  it('is told from what a run has stored, once a reason, until it is gone', async () => {
    const test = testDataset('ingest.paths = "inbox/*"')
    put(test, 'good.json', '[1]')
    await test.run()
    expect(await told(test)).toMatchObject({ health: 'good' })
    const path = put(test, 'takeout.json', '[1')
    for (let time = 0; time < 3; time++) {
      test.clock.advance(dayMs)
      expect((await test.run()).problems).toHaveLength(1)
    }
    expect(refusedLines(test)).toBe(1)
    const found = await told(test)
    expect(found).toMatchObject({ health: 'failing', causes: ['refused'] })
    expect(found.message).toContain(path)
    expect(found.hint).not.toBe('')
    expect(troublesOf(await makeReport([await test.open()], test.context))).toMatchObject([
      { cause: 'refused', severity: 'error', since: new Date('2026-03-02T06:00:00Z') },
    ])
    rmSync(path)
    expect(await told(test)).toMatchObject({ health: 'good' })
  })

  it('is no more told when it was taken in, and anew when the next of that name is refused', async () => {
    const test = testDataset('ingest.paths = "inbox/*"')
    put(test, 'takeout.json', '[1')
    await test.run()
    expect((await told(test)).causes).toContain('refused')
    put(test, 'takeout.json', '[1]')
    test.clock.advance(dayMs)
    await test.run()
    expect(await told(test)).toMatchObject({ health: 'good' })
    put(test, 'takeout.json', '[1')
    test.clock.advance(dayMs)
    await test.run()
    expect(refusedLines(test)).toBe(2)
    const { warnings } = await healthOf(test)
    expect(warnings).toMatchObject([{ cause: 'refused', since: '2026-03-03T06:00:00.000Z' }])
  })

  it('gets an hour when it is empty: it may still come', async () => {
    const test = testDataset('ingest.paths = "inbox/*"')
    put(test, 'good.json', '[1]')
    await test.run()
    put(test, 'takeout.json', '')
    await test.run()
    expect(await told(test)).toMatchObject({ health: 'good' })
    test.clock.advance(2 * 3_600_000)
    expect(await told(test)).toMatchObject({ causes: ['refused'] })
  })
})

it('says which lines of the ledger cannot be read', async () => {
  const test = storedHistory(daily, goodOnes(3))
  const ledger = join(test.folder, 'ledger.ndjson')
  appendFileSync(ledger, 'garbage\n')
  expect(await told(test)).toMatchObject({
    health: 'broken',
    message: `line 7 of ${ledger} cannot be read; a verdict may be lost, so nothing is pruned`,
  })
})
