import { hostname } from 'node:os'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { acquireLock } from '../../system/lock.ts'
import { parcelIdAt } from '../../parcel/id.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import { type DatasetReport, reportOn } from '../report.ts'

const hour = 3_600_000
const daily = 'interval = "1 day"\n'

/** Says in the ledger that an export begins, and nothing more. */
function begin(test: TestDataset, more: { pid?: number; host?: string; event?: string } = {}): void {
  const { event = 'started', pid = process.pid, host = hostname() } = more
  const now = test.clock.now()
  mkdirSync(test.folder, { recursive: true })
  const parcel = test.history().newest?.id ?? parcelIdAt(now)
  const line = { at: now.toISOString(), event, parcel, ...(event === 'started' ? { by: 'export' } : {}), pid, host }
  appendFileSync(join(test.folder, 'ledger.ndjson'), `${JSON.stringify(line)}\n`)
}

async function look(test: TestDataset): Promise<DatasetReport> {
  return reportOn(await test.open(), test.context)
}

/** A process that cannot be there: numbers of Linux and macOS end below. */
const nobody = 2 ** 30

describe('a first export', () => {
  it('is no trouble while it runs', async () => {
    const test = testDataset(
      `${daily}cmd = "touch ../begun; until [ -e ../go ]; do sleep 0.05; done; echo 1 > $PARCEL_PATH.txt"\n`,
    )
    const running = test.run()
    await vi.waitUntil(() => test.names('incomplete').length + test.names('log').length > 0, { timeout: 30_000 })
    test.clock.advance(2000)
    const report = await look(test)
    expect(report).toMatchObject({ health: 'running', warnings: [], running: { since: '2026-03-01T06:00:00.000Z' } })
    expect(report.judgements).toContainEqual({
      cause: 'failing',
      ok: true,
      finding: `an export has begun on 2026-03-01 06:00 UTC (process ${process.pid}) and runs`,
    })
    test.clock.advance(-2000)
    appendFileSync(join(test.root, 'go'), '')
    await running
    const done = await look(test)
    expect([done.health, done.running]).toEqual(['good', undefined])
  })

  it('is told apart when it was killed, when it runs for too long, and when it has failed', async () => {
    const killed = testDataset(`${daily}cmd = "true"\n`)
    begin(killed, { pid: nobody })
    killed.clock.advance(2000)
    const dead = await look(killed)
    expect([dead.health, dead.warnings[0]?.since, dead.running]).toEqual([
      'never',
      '2026-03-01T06:00:00.000Z',
      undefined,
    ])
    expect(dead.warnings[0]?.message).toBe(
      `there is no good parcel; the first export has begun on 2026-03-01 06:00 UTC (process ${nobody}) and was killed: that process is gone, and has not said how it ended`,
    )

    const long = testDataset(`${daily}cmd = "true"\n`)
    begin(long)
    const lock = await acquireLock(join(long.folder, 'ledger.ndjson'))
    long.clock.advance(29 * hour)
    expect((await look(long)).health).toBe('running')
    long.clock.advance(2 * hour)
    const hung = await look(long)
    expect(hung.health).toBe('never')
    expect(hung.warnings[0]?.message).toMatch(/the first export still runs: .* should have ended by now$/)
    expect(hung.warnings[0]?.hint).toContain(`end process ${process.pid}`)
    lock!.release()
    // The process is there, and works on something else.
    if (process.platform === 'linux') expect((await look(long)).warnings[0]?.message).toContain('was killed')

    const failed = testDataset(`${daily}cmd = "echo no token >&2; exit 3"\n`)
    await failed.run()
    expect((await look(failed)).warnings[0]?.message).toMatch(
      /the newest export, of .* failed: exit status 3: no token$/,
    )
  })

  it('is believed to run on another machine until it should have ended', async () => {
    const test = testDataset(`max_age = "3 hours"\ncmd = "true"\n`)
    begin(test, { host: 'elsewhere', pid: 7 })
    test.clock.advance(2 * hour)
    begin(test, { host: 'elsewhere', pid: 8, event: 'resumed' })
    test.clock.advance(2 * hour)
    expect((await look(test)).health).toBe('running')
    test.clock.advance(2 * hour)
    const { health, warnings } = await look(test)
    expect(health).toBe('never')
    expect(warnings[0]?.message).toBe(
      'there is no good parcel; the first export has begun on 2026-03-01 08:00 UTC (process 8 on elsewhere) and not ended: it hangs, or was killed',
    )
    expect(warnings[0]?.hint).toContain('See on elsewhere')
  })

  it('says of one that hangs after good ones why nothing new has come', async () => {
    const test = testDataset(`${daily}cmd = "echo 1 > $PARCEL_PATH.txt"\n`)
    await test.run()
    test.clock.advance(31 * hour)
    expect((await look(test)).warnings[0]?.hint).toContain('is started regularly')
    const lock = await acquireLock(join(test.folder, 'ledger.ndjson'))
    const line = {
      at: test.clock.now().toISOString(),
      event: 'started',
      parcel: parcelIdAt(test.clock.now()),
      by: 'export',
    }
    appendFileSync(
      join(test.folder, 'ledger.ndjson'),
      `${JSON.stringify({ ...line, pid: process.pid, host: hostname() })}\n`,
    )
    const late = await look(test)
    expect([late.health, late.warnings[0]?.hint]).toEqual(['late', expect.stringContaining('and still runs')])
    lock!.release()
  })
})
