import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { openSink } from '../alert/alerts.fixture.ts'
import { recordTick } from '../schedule/ticks.ts'
import { systemFiles } from '../system/files.ts'
import { closedPort } from '../system/loopback.ts'
import { openMailSink } from '../../test/servers/mail-sink.ts'
import { reasonWithoutDisk, smallDisk } from '../../test/support/small-disk.ts'
import { type TestApp, testApp } from '../../test/support/test-app.ts'
import { ExitCode } from './exit-code.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { watch } from './watch.ts'

const minute = 60_000
const hour = 60 * minute
const start = '2026-03-01T07:00:00Z'

const mailTo = (port: number): string =>
  `[alerts.mail]\nkind = "email"\nhost = "127.0.0.1"\nport = ${port}\ntls = "none"\nfrom = "u@example.org"\nto = "me@example.org"\n`
const post = (url: string): string => `[alerts.hook]\nkind = "webhook"\nurl = "${url}"\n`

function installed(test: TestApp): void {
  const jobs = [
    { job: 'run', everyMs: 5 * minute },
    { job: 'watch', everyMs: 15 * minute },
  ]
  test.write('.unsilo/schedule.json', JSON.stringify({ by: 'cron', installedAt: start, jobs }))
}

/** Looks every quarter of an hour, as its timer does. */
async function look(test: TestApp, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    test.clock.advance(15 * minute)
    await watch({ scheduled: true }, test.app)
  }
}

describe('watch', () => {
  it('tells once that runs are never started, and once that they are again', async () => {
    const test = testApp(start)
    const mails = await openMailSink()
    test.write('unsilo.toml', mailTo(mails.port))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "30 days"\n`)
    await run({ datasets: [] }, test.app)
    installed(test)
    await look(test, 8)
    expect(mails.subjects).toEqual([expect.stringContaining('schedule: `run` was never started')])
    expect(mails.texts[0]).toContain('it should start every 5 minutes')
    for (let time = 0; time < 9; time++) {
      test.clock.advance(10 * minute)
      await recordTick(systemFiles, test.app.root, 'run', test.clock.now())
      test.clock.advance(5 * minute)
      await watch({ scheduled: true }, test.app)
    }
    expect(mails.subjects).toEqual([
      expect.stringContaining('schedule:'),
      expect.stringContaining('resolved: schedule: `run` was never started'),
    ])
  })

  it('tells once of a file that runs cannot take in, and once that it is gone', async () => {
    const test = testApp(start)
    const sink = await openSink()
    const titles = (): string[] => sink.received.map(({ json }) => (json() as { title: string }).title)
    test.write('unsilo.toml', post(sink.url))
    test.write('manual/config.toml', 'ingest.paths = "../in/*"\n')
    test.write('in/good.json', '[1]')
    await run({ datasets: [] }, test.app)
    test.write('in/export.json', '[1')
    for (let time = 0; time < 3; time++) {
      await run({ datasets: [] }, test.app)
      await look(test, 1)
    }
    expect(titles()).toEqual(['manual: a file that waits cannot be taken in'])
    rmSync(join(test.app.root, 'in/export.json'))
    await look(test, 3)
    expect(titles().slice(1)).toEqual(['resolved: manual: a file that waits cannot be taken in'])
  })

  it('says nothing of runs that nobody has scheduled', async () => {
    const test = testApp(start)
    test.write('todo/config.toml', '')
    expect(await watch({}, test.app)).toBe(ExitCode.ok)
    expect(test.shown).toEqual(['✓ 1 dataset: all is well'])
  })

  it('gives a machine that was off the time to catch up', async () => {
    const test = testApp(start)
    const sink = await openSink()
    installed(test)
    test.write('unsilo.toml', post(sink.url))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\n`)
    const both = async (): Promise<void> => {
      await watch({ scheduled: true }, test.app)
      await run({ datasets: [], scheduled: true }, test.app)
    }
    await run({ datasets: [], scheduled: true }, test.app)
    for (let time = 0; time < 3; time++) {
      test.clock.advance(minute * 5)
      await both()
    }
    test.clock.advance(3 * 24 * hour)
    await both()
    for (let time = 0; time < 3; time++) {
      test.clock.advance(minute * 5)
      await both()
    }
    expect(sink.received).toEqual([])
  })

  it('tells by another channel that a mail server is dead, once', async () => {
    const test = testApp(start)
    const sink = await openSink()
    test.write('unsilo.toml', mailTo(await closedPort()) + post(sink.url))
    test.write('todo/config.toml', 'cmd = "false"\n')
    expect(await watch({}, test.app)).toBe(ExitCode.failed)
    expect(test.noted.join()).toContain('✗ channel mail: ')
    await look(test, 4)
    const titles = sink.received.map(({ json }) => (json() as { title: string }).title)
    expect(titles).toEqual(['todo: there is no good parcel', 'alerts: the channel mail does not deliver'])
    const status = JSON.parse(systemFiles.readText(`${test.app.root}/.unsilo/status.json`)!) as object
    expect(status).toMatchObject({
      ok: false,
      channels: [{ channel: 'mail' }],
      open: [{ dataset: 'todo', told: ['hook'] }],
    })
  })

  it('does not say that all is well while a channel is dead, also when that is not tried again yet', async () => {
    const test = testApp(start)
    test.write('unsilo.toml', mailTo(await closedPort()))
    test.write('todo/config.toml', 'cmd = "false"\n')
    await watch({}, test.app)
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 day"\n`)
    await run({ datasets: [] }, test.app)
    test.shown.length = 0
    test.noted.length = 0
    expect(await watch({}, test.app)).toBe(ExitCode.failed)
    expect(test.shown).toEqual(['! 1 dataset: all is well with the data, but not with the alerts'])
    expect(test.noted.join()).toMatch(/✗ channel mail does not deliver, since 2026-03-01 07:00 UTC: .*refused/)
  })

  it('tells once that a dataset is late, with what to do, and once that it is over', async () => {
    const test = testApp(start)
    const mails = await openMailSink()
    test.write('unsilo.toml', mailTo(mails.port))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\n`)
    await run({ datasets: [] }, test.app)
    await look(test, 12)
    expect(mails.subjects).toEqual([expect.stringContaining('todo: the newest good parcel is too old')])
    expect(mails.texts[0]).toMatch(/what to do: .*`unsilo run`/)
    await run({ datasets: [] }, test.app)
    await look(test, 3)
    expect(mails.subjects[1]).toContain('resolved: todo: the newest good parcel is too old')
    expect(mails.subjects).toHaveLength(2)
  })
})

describe('what is kept of what is wrong', () => {
  it('has times, and no ages: those are made when it is told', async () => {
    const test = testApp(start)
    const mails = await openMailSink()
    test.write('unsilo.toml', mailTo(mails.port))
    installed(test)
    const good = `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\nguard.min_bytes = `
    for (const name of ['late', 'suspect', 'failing']) test.write(`${name}/config.toml`, `${good}1\n`)
    await run({ datasets: [], scheduled: true }, test.app)
    test.clock.advance(2 * hour)
    test.write('suspect/config.toml', `${good}9\n`)
    test.write('failing/config.toml', `${good.replace('echo', 'false; exit 3; echo')}1\n`)
    await run({ datasets: ['suspect', 'failing'] }, test.app)
    test.clock.advance(hour)
    await watch({ scheduled: true }, test.app)
    const kept = ['status.json', 'alerts.json', 'alerts.ndjson'].map((name) =>
      systemFiles.readText(`${test.app.root}/.unsilo/${name}`)!,
    )
    const status = JSON.parse(kept[0]!) as {
      open: { dataset: string; cause: string; why: string; next: string; since: string }[]
    }
    expect(status.open.map(({ dataset, cause }) => `${dataset} ${cause}`).sort()).toEqual([
      'failing failing',
      'failing late',
      'late late',
      'schedule run-not-started',
      'suspect late',
      'suspect suspect',
    ])
    for (const text of kept) expect(text).not.toMatch(/\bago\b|(?<!too )\bold\b|less than a second/)
    for (const { why, since } of status.open)
      expect([why, since]).toEqual([expect.stringMatching(/20\d\d-\d\d-\d\d/), expect.any(String)])
    const nextOf = (name: string): string =>
      status.open.find(({ dataset, cause }) => dataset === name && cause === 'late')!.next
    // That runs are not started is not what is wrong with one whose exports fail.
    expect([nextOf('late'), nextOf('failing')]).toEqual([
      expect.stringContaining('is started regularly'),
      expect.stringContaining('Exports were tried since'),
    ])
    expect(test.shown.join('\n')).toContain('late: the newest good parcel is too old (for 1 hour)\n')
    expect(mails.texts.join('\n')).toContain('since:      2026-03-01 08:15 UTC, for 1 hour')
  })
})

describe('a full disk', () => {
  const keeper = `cmd = "head -c 1000000 /dev/zero > $PARCEL_PATH.bin"\ninterval = "1 hour"\nkeep = 1\nretries = 1\n`

  it('is told once, whoever has filled it, and once that there is room again', async (context) => {
    const disk = smallDisk('size=4m')
    if (disk === undefined) return context.skip(reasonWithoutDisk)
    const test = testApp(start)
    const app = { ...test.app, root: disk, cwd: disk }
    const sink = await openSink()
    const titles = (): string[] => sink.received.map(({ json }) => (json() as { title: string }).title)
    mkdirSync(join(disk, 'todo'))
    writeFileSync(join(disk, 'todo/config.toml'), keeper)
    writeFileSync(join(disk, 'unsilo.toml'), post(sink.url))
    await run({ datasets: [] }, app)
    await watch({}, app)
    expect(titles()).toEqual([])
    writeFileSync(join(disk, 'other'), Buffer.alloc(2_300_000, 'x'))
    for (let time = 0; time < 3; time++) {
      test.clock.advance(5 * minute)
      await watch({}, app)
    }
    expect(titles()).toEqual(['root: the disk is full'])
    expect(sink.received[0]!.body).toMatch(/is full: .* are free, and the next export of todo takes about 1\.0 MB/)
    // Nobody knows what it accepts: what was wrong is not over for that.
    writeFileSync(join(disk, 'unsilo.toml'), `acept = []\n${post(sink.url)}`)
    for (let time = 0; time < 3; time++) {
      test.clock.advance(15 * minute)
      await watch({}, app)
    }
    expect(titles().slice(1)).toEqual(['configuration: unsilo.toml has a mistake, so nothing may be exported'])
    writeFileSync(join(disk, 'unsilo.toml'), post(sink.url))
    rmSync(join(disk, 'other'))
    for (let time = 0; time < 3; time++) {
      test.clock.advance(15 * minute)
      await watch({}, app)
    }
    expect(
      titles()
        .slice(2)
        .filter((title) => !title.includes('configuration')),
    ).toEqual(['todo: the newest good parcel is too old', 'resolved: root: the disk is full'])
  })

  it('that an export has met is told at once, once, and once that it is over', async (context) => {
    const disk = smallDisk('size=4m')
    if (disk === undefined) return context.skip(reasonWithoutDisk)
    const test = testApp(start)
    const app = { ...test.app, root: disk, cwd: disk }
    const sink = await openSink()
    const titles = (): string[] =>
      sink.received.map(({ json }) => {
        const { severity, title } = json() as { severity: string; title: string }
        return `${severity}: ${title}`
      })
    mkdirSync(join(disk, 'todo'))
    writeFileSync(join(disk, 'unsilo.toml'), post(sink.url))
    const printed = (bytes: number): string =>
      `cmd = "head -c ${bytes} /dev/zero"\nstdout = "txt"\ninterval = "1 hour"\n`
    writeFileSync(join(disk, 'todo/config.toml'), printed(9_000_000))
    for (let time = 0; time < 4; time++) {
      await run({ datasets: [] }, app)
      await watch({}, app)
      test.clock.advance(15 * minute)
    }
    expect(titles()).toEqual(['critical: todo: there is no good parcel'])
    expect(sink.received[0]!.body).toContain('the disk is full')
    writeFileSync(join(disk, 'todo/config.toml'), printed(9000))
    test.clock.advance(hour)
    await run({ datasets: [] }, app)
    for (let time = 0; time < 3; time++) {
      await watch({}, app)
      test.clock.advance(15 * minute)
    }
    expect(titles().slice(1)).toEqual(['info: resolved: todo: there is no good parcel'])
  })

  it('can be accepted in unsilo.toml, until a day', async (context) => {
    const disk = smallDisk('size=4m')
    if (disk === undefined) return context.skip(reasonWithoutDisk)
    const test = testApp(start)
    const app = { ...test.app, root: disk, cwd: disk }
    mkdirSync(join(disk, 'todo'))
    writeFileSync(join(disk, 'todo/config.toml'), keeper)
    writeFileSync(
      join(disk, 'unsilo.toml'),
      'accept = [{ what = "disk", until = "2026-03-02", because = "a larger one comes" }]\n',
    )
    await run({ datasets: [] }, app)
    writeFileSync(join(disk, 'other'), Buffer.alloc(2_300_000, 'x'))
    test.shown.length = 0
    await watch({}, app)
    expect(test.shown).toEqual(['✓ 1 dataset: all is well'])
    test.shown.length = 0
    expect(await report({ datasets: [], check: true }, app)).toBe(ExitCode.ok)
    expect(test.shown.join('')).toMatch(
      /root: the disk of\s[^]*\sfull:[^]*accepted until 2026-03-02: a larger one comes/,
    )
    test.clock.advance(48 * hour)
    test.shown.length = 0
    await watch({}, app)
    expect(test.shown.join('\n')).toMatch(/error root: the disk is full\n/)
  })
})

describe('the figures for Prometheus', () => {
  const configured = `[watch]\nprometheus = "node/unsilo.prom"\n`
  const text = (test: TestApp, path: string): string | undefined => systemFiles.readText(`${test.app.root}/${path}`)

  it('stay where they were while unsilo.toml has a mistake, and are nowhere else', async () => {
    const test = testApp(start)
    test.write('node/.keep', '')
    test.write('todo/config.toml', '')
    test.write('unsilo.toml', configured)
    await watch({}, test.app)
    expect(text(test, 'node/unsilo.prom')).toContain('unsilo_datasets{')
    for (const mistake of ['[watch\n', `log_days = 0\n${configured}`]) {
      test.clock.advance(hour)
      test.write('unsilo.toml', mistake)
      expect(await watch({}, test.app)).toBe(ExitCode.config)
      expect(text(test, 'node/unsilo.prom')).toContain(` ${test.clock.now().getTime() / 1000}\n`)
      expect(text(test, 'node/unsilo.prom')).toMatch(/unsilo_incidents\{.*severity="error"\} 1\n/)
      expect(text(test, '.unsilo/unsilo.prom')).toBeUndefined()
    }
  })

  it('are removed where they are not to be any more, and nothing else is', async () => {
    const test = testApp(start)
    test.write('node/.keep', '')
    test.write('todo/config.toml', '')
    // Nobody knows a place yet.
    test.write('unsilo.toml', '[watch\n')
    await watch({}, test.app)
    expect(text(test, '.unsilo/unsilo.prom')).toBeDefined()
    test.write('unsilo.toml', configured)
    await watch({}, test.app)
    expect(text(test, '.unsilo/unsilo.prom')).toBeUndefined()
    test.write('unsilo.toml', configured.replace('unsilo.prom', 'other.prom'))
    await watch({}, test.app)
    expect([text(test, 'node/unsilo.prom'), text(test, 'node/other.prom') === undefined]).toEqual([undefined, false])
    test.write('node/other.prom', 'of somebody else')
    test.write('unsilo.toml', '')
    await watch({}, test.app)
    expect([text(test, 'node/other.prom'), text(test, '.unsilo/unsilo.prom') === undefined]).toEqual([
      'of somebody else',
      false,
    ])
  })
})

describe('a dataset that was never exported', () => {
  const slow = `cmd = "touch ../begun; until [ -e ../go ]; do sleep 0.05; done; echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 day"\n`

  it('is no trouble while the first run is at work, on it or on others', async () => {
    const test = testApp(start)
    const sink = await openSink()
    test.write('unsilo.toml', post(sink.url))
    test.write('first/config.toml', slow)
    test.write('second/config.toml', slow)
    const running = run({ datasets: [], concurrency: 1 }, test.app)
    await vi.waitUntil(() => systemFiles.info(`${test.app.root}/begun`) !== undefined, { timeout: 30_000 })
    test.clock.advance(2000)
    expect(await watch({}, test.app)).toBe(ExitCode.ok)
    test.write('go', '')
    await running
    await watch({}, test.app)
    expect(sink.received).toEqual([])
  })

  it('is none until the timer has had the time to start it', async () => {
    const test = testApp(new Date().toISOString())
    const sink = await openSink()
    const jobs = [
      { job: 'run', everyMs: 5 * minute },
      { job: 'watch', everyMs: 15 * minute },
    ]
    test.write('.unsilo/schedule.json', JSON.stringify({ by: 'cron', installedAt: test.clock.now(), jobs }))
    test.write('unsilo.toml', post(sink.url))
    test.write('todo/config.toml', slow)
    test.clock.advance(10 * minute)
    await watch({}, test.app)
    expect(sink.received).toEqual([])
    test.clock.advance(5 * minute)
    await watch({}, test.app)
    const titles = sink.received.map(({ json }) => (json() as { title: string }).title)
    expect(titles).toEqual(expect.arrayContaining(['todo: there is no good parcel']))
  })
})

describe('run', () => {
  const pinging = (url: string): string => `[alerts.dead-man]\nkind = "healthchecks"\nurl = "${url}/check"\n`

  it('tells a dead man’s switch that it begins, and how it ended', async () => {
    const test = testApp(start)
    const sink = await openSink()
    test.write('unsilo.toml', pinging(sink.url))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\n`)
    test.write('bad/config.toml', 'cmd = "echo no >&2; exit 3"\nretries = 1\n')
    test.write('todo/.keep', '')
    await run({ datasets: [] }, test.app)
    // Nothing is due.
    expect(sink.received.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/check/start', '/check'])
    test.write('bad/config.toml', 'cmd = "echo no >&2; exit 3"\nretries = 1\ninterval = "1 hour"\n')
    await run({ datasets: [] }, test.app)
    const [, , , last] = sink.received
    expect(last!.path).toMatch(/^\/check\/fail/)
    expect(last!.body).toMatch(/✗ bad: export .* failed: exit status 3: no/)
  })

  it('pings of a dataset only when it did something', async () => {
    const test = testApp(start)
    const sink = await openSink()
    test.write('unsilo.toml', pinging(`${sink.url}/{dataset}`))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\n`)
    test.write('still/config.toml', `cmd = "true"\n`)
    await run({ datasets: [] }, test.app)
    expect(sink.received.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/todo/check/start', '/todo/check'])
  })

  it('ends as it would when nobody can be told', async () => {
    const test = testApp(start)
    const port = await closedPort()
    test.write('unsilo.toml', pinging(`http://127.0.0.1:${port}`))
    test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\n`)
    expect(await run({ datasets: [] }, test.app)).toBe(ExitCode.ok)
    expect(test.noted.join('\n')).toContain('the ping of dead-man did not get there')
  })
})
