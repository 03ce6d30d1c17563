import { describe, expect, it } from 'vitest'
import { type Sink, openSink } from '../alert/alerts.fixture.ts'
import { services } from '../../test/simulator/service/service.fixture.ts'
import { type TestApp, testApp } from '../../test/support/test-app.ts'
import { breakingFiles } from '../../test/support/breaking-files.ts'
import { drain } from './drain.ts'
import { ExitCode } from './exit-code.ts'
import { prune } from './prune.ts'
import { run } from './run.ts'
import { verify } from './verify.ts'
import { watch } from './watch.ts'

const minute = 60_000
const startService = services()
const start = '2026-03-01T07:00:00Z'

function titles({ received }: Pick<Sink, 'received'>): string[] {
  return received.map(({ json }) => {
    const { severity, title } = json() as { severity: string; title: string }
    return `${severity}: ${title}`
  })
}

/** A channel that hears only of what is critical. */
const pager = (url: string): string => `[alerts.pager]\nkind = "webhook"\nurl = "${url}"\nmin_severity = "critical"\n`

async function study(): Promise<{ test: TestApp; sink: Sink; service: Awaited<ReturnType<typeof startService>> }> {
  const service = await startService({ study: { forms: [{ name: 'Mood', deleteable: true, records: 3 }] } })
  const sink = await openSink()
  const test = testApp(start)
  test.write('unsilo.toml', pager(sink.url))
  test.write(
    'study/config.toml',
    `interval = "1h"
[source]
kind = "rest"
base = "${service.url}"
[[source.streams]]
name = "entries"
path = "export/Mood"
key = "id"
[source.drain]
enabled = true
stream = "entries"
request = "DELETE export/Mood/{id}"
`,
  )
  return { test, sink, service }
}

const refused = { method: 'DELETE', times: 'always' as const, fault: { kind: 'status' as const, status: 405 } }

describe('a deletion on a server that fails', () => {
  it('is told by the run at once, once, and once that it is over', async () => {
    const { test, sink, service } = await study()
    service.plan([refused])
    await run({ datasets: [] }, test.app)
    expect(titles(sink)).toEqual(['critical: study: something could not be deleted'])
    expect(sink.received[0]!.body).toContain('405')
    test.clock.advance(5 * minute)
    await run({ datasets: [] }, test.app)
    await watch({}, test.app)
    expect(titles(sink)).toHaveLength(1)
    service.plan([])
    test.clock.advance(5 * minute)
    await run({ datasets: [] }, test.app)
    expect(service.study.records('Mood')).toEqual([])
    for (let look = 0; look < 3; look++) {
      await watch({}, test.app)
      test.clock.advance(15 * minute)
    }
    expect(titles(sink).slice(1)).toEqual(['info: resolved: study: something could not be deleted'])
  })

  it('is told by `drain` at once, too', async () => {
    const { test, sink, service } = await study()
    service.plan([refused])
    await run({ datasets: [] }, test.app)
    sink.received.length = 0
    test.write('.unsilo/alerts.json', '')
    test.write('.unsilo/alerts.ndjson', '')
    await drain({ datasets: ['study'] }, test.app)
    expect(titles(sink)).toContain('critical: study: something could not be deleted')
  })
})

it('tells at once that what is to go cannot be removed here', async () => {
  const test = testApp(start)
  const sink = await openSink()
  test.write('unsilo.toml', pager(sink.url))
  const hourly = `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 hour"\n`
  test.write('todo/config.toml', hourly)
  await run({ datasets: [] }, test.app)
  test.clock.advance(60 * minute)
  await run({ datasets: [] }, test.app)
  test.write('todo/config.toml', `${hourly}keep = 1\n`)
  const { files } = breakingFiles((_, name) => (/^rename .*data\/.* to/.test(name) ? { refuse: 'EACCES' } : 'go on'))
  const context = { ...test.app.context, system: { ...test.app.context.system, files } }
  expect(await prune({ datasets: [] }, { ...test.app, context })).toBe(ExitCode.failed)
  expect(titles(sink)).toEqual(['critical: todo: something could not be deleted'])
  await run({ datasets: [] }, { ...test.app, context })
  expect(titles(sink)).toHaveLength(1)
  expect(await prune({ datasets: [] }, test.app)).toBe(ExitCode.ok)
  for (const _ of [1, 2]) {
    await watch({}, test.app)
    test.clock.advance(16 * minute)
  }
  expect(titles(sink).slice(1)).toEqual(['info: resolved: todo: something could not be deleted'])
})

it('tells at once what `verify` finds to be damaged, as one thing', async () => {
  const test = testApp(start)
  const sink = await openSink()
  test.write('unsilo.toml', pager(sink.url))
  test.write('todo/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"\ninterval = "1 day"\n`)
  await run({ datasets: [] }, test.app)
  test.write('todo/data/2026-03-01T070000Z.json', '[2]\n')
  await verify({ datasets: [], sample: 1 }, test.app)
  expect(titles(sink)).toEqual(['critical: todo: a parcel or a copy is damaged'])
  await watch({}, test.app)
  expect(titles(sink)).toHaveLength(1)
})
