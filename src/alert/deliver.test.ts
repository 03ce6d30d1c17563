import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Fault, Killed, breakingFiles } from '../../test/support/breaking-files.ts'
import { type TestSurroundings, configOf, openSink, surroundings, troubleOf } from './alerts.fixture.ts'
import type { AlertConfigs } from './config.ts'
import { type AlertOptions, type AlertsResult, deliverAlerts } from './deliver.ts'
import type { Trouble } from './incident.ts'
import { openAlertStore } from './store.ts'

const minute = 60_000
const day = 24 * 60 * minute

const titles = (received: { json(): unknown }[]): string[] =>
  received.map((request) => (request.json() as { title: string }).title)

const hook = (url: string, more: object = {}) => configOf({ kind: 'webhook', url, ...more })

function deliver(
  configs: AlertConfigs,
  troubles: readonly Trouble[],
  at: TestSurroundings,
  options?: AlertOptions,
): Promise<AlertsResult> {
  return deliverAlerts(configs, troubles, at, options)
}

describe('what is wrong', () => {
  it('is told once, and once more when it is over', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url) }
    const first = await deliver(configs, [troubleOf()], at)
    expect(first.sent).toEqual([
      { channel: 'chat', kind: 'opened', title: 'todoist: no good export for 3 days', said: 'HTTP 200 OK' },
    ])
    expect(first.open).toMatchObject([{ dataset: 'todoist', cause: 'late' }])
    for (const troubles of [[troubleOf()], [], []]) {
      at.clock.advance(10 * minute)
      expect((await deliver(configs, troubles, at)).sent).toEqual([])
    }
    at.clock.advance(10 * minute)
    expect(await deliver(configs, [], at)).toMatchObject({ open: [], problems: [], failed: [] })
    expect(titles(sink.received)).toEqual([
      'todoist: no good export for 3 days',
      'resolved: todoist: no good export for 3 days',
    ])
  })

  it('leaves nothing in the root of somebody who has no channel', async () => {
    const at = surroundings()
    expect(await deliver({}, [troubleOf()], at)).toMatchObject({ sent: [], open: [] })
    expect(readdirSync(at.root)).toEqual([])
  })

  it('reaches the others when a channel fails, who also hear of that, in the same run', async () => {
    const [dead, slow, sink] = [await openSink({ status: 404 }), await openSink({ silent: true }), await openSink()]
    const at = surroundings({ timeoutMs: 500 })
    const configs = { dead: hook(dead.url), slow: hook(slow.url), chat: hook(sink.url) }
    const result = await deliver(configs, [troubleOf()], at)
    expect(titles(sink.received)).toEqual([
      'todoist: no good export for 3 days',
      'alerts: the channel dead does not deliver',
      'alerts: the channel slow does not deliver',
    ])
    expect(result.failed.map(({ channel, error }) => [channel, error.code])).toEqual([
      ['dead', 'http'],
      ['slow', 'timeout'],
    ])
    // Neither is tried again at once: the one will not pass, and the other would take as long.
    expect([dead.received.length, slow.received.length]).toEqual([1, 1])
    at.clock.advance(minute)
    expect((await deliver(configs, [troubleOf()], at)).sent).toEqual([])
    expect(dead.received).toHaveLength(1)
  })

  it('is sent again after a failure that passes, and counted once', async () => {
    const [sink, at] = [await openSink({ status: 503 }, { status: 500 }, { status: 200 }), surroundings()]
    const result = await deliver({ chat: hook(sink.url) }, [troubleOf()], at)
    expect(result).toMatchObject({ sent: [{ channel: 'chat' }], failed: [] })
    expect(at.clock.sleeps).toEqual([1000, 2000])
    expect(result.open[0]!.lastSent).toMatchObject({ chat: { count: 1 } })
  })

  it('is told of the datasets that were looked at only', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url) }
    await deliver(configs, [troubleOf()], at)
    at.clock.advance(day / 2)
    await deliver(configs, [], at, { about: ['bank'], settleMs: 0 })
    expect(sink.received).toHaveLength(1)
  })
})

describe('a digest', () => {
  it('goes with the report, which is made only then', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url, { digest: 'daily', at: '00:00' }) }
    let made = 0
    const report = async () => ({ text: `the report, ${++made}` })
    await deliver(configs, [troubleOf()], at, { report })
    expect([sink.received.length, made]).toEqual([0, 0])
    at.clock.advance(day)
    await deliver(configs, [troubleOf()], at, { report })
    expect(titles(sink.received)).toEqual(['1 trouble'])
    expect((sink.received[0]!.json() as { text: string }).text).toContain('the report, 1')
    at.clock.advance(day)
    await deliver(configs, [], at, { settleMs: 0, report })
    at.clock.advance(day)
    await deliver(configs, [], at, { settleMs: 0, report })
    expect(titles(sink.received).slice(1)).toEqual(['all is well', 'all is well'])
  })
})

describe('at any point', () => {
  /** Runs until it is killed at a step, then once more on a sound disk. @returns whether a step was hit, and what was told */
  async function killedAt(step: number): Promise<{ isHit: boolean; told: string[] }> {
    const sink = await openSink()
    const at = surroundings()
    const configs = { chat: hook(sink.url), phone: hook(`${sink.url}/phone`) }
    const fault: Fault = (current) => (current === step ? 'kill half-way' : 'go on')
    const troubles = [troubleOf(), troubleOf({ cause: 'suspect' })]
    let isHit = false
    try {
      await deliver(configs, troubles, { ...at, files: breakingFiles(fault).files })
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      isHit = true
    }
    at.clock.advance(minute)
    await deliver(configs, troubles, at)
    at.clock.advance(minute)
    expect((await deliver(configs, troubles, at)).sent).toEqual([])
    return { isHit, told: sink.received.map((request) => `${request.path} ${request.body.includes('"late"')}`).sort() }
  }

  it('a kill loses nothing, and repeats one message at most', async () => {
    let steps = 0
    for (; ; steps++) {
      const { isHit, told } = await killedAt(steps + 1)
      expect(new Set(told).size).toBe(4)
      expect(told.length).toBeLessThanOrEqual(5)
      if (!isHit) break
    }
    expect(steps).toBeGreaterThan(20)
  })
})

describe('the memory', () => {
  const path = (at: TestSurroundings, name: string): string => join(at.root, '.unsilo', name)

  it('survives that its file is damaged: nothing is told twice, and the damage is told', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url) }
    await deliver(configs, [troubleOf(), troubleOf({ dataset: 'bank' })], at)
    writeFileSync(path(at, 'alerts.json'), '{"version":1,"incidents":[{')
    at.clock.advance(minute)
    const { sent } = await deliver(configs, [troubleOf()], at)
    expect(sent.map(({ title }) => title)).toEqual(['alerts: the memory of what was told was damaged'])
    expect(readFileSync(path(at, 'alerts.damaged.json'), 'utf8')).toBe('{"version":1,"incidents":[{')
    for (const _ of [1, 2]) {
      at.clock.advance(20 * minute)
      await deliver(configs, [troubleOf()], at)
    }
    // What went while nobody could look is still told.
    expect(titles(sink.received)).toContain('resolved: bank: no good export for 3 days')
  })

  it('survives that both of its files are damaged: what is wrong is told again', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    await deliver({ chat: hook(sink.url) }, [troubleOf()], at)
    for (const name of ['alerts.json', 'alerts.ndjson']) writeFileSync(path(at, name), '\u0000\u0000')
    await deliver({ chat: hook(sink.url) }, [troubleOf()], at)
    expect(titles(sink.received)).toEqual([
      'todoist: no good export for 3 days',
      'todoist: no good export for 3 days',
      'alerts: the memory of what was told was damaged',
    ])
  })

  it('goes on after a history whose last line is torn', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    await deliver({ chat: hook(sink.url) }, [troubleOf()], at)
    writeFileSync(path(at, 'alerts.ndjson'), readFileSync(path(at, 'alerts.ndjson'), 'utf8').slice(0, -30))
    await deliver({ chat: hook(sink.url) }, [troubleOf(), troubleOf({ cause: 'suspect' })], at)
    writeFileSync(path(at, 'alerts.json'), '')
    const { state, damage } = openAlertStore(at.files, at.root).load()
    expect(state.incidents.map(({ cause }) => cause)).toEqual(['late', 'suspect'])
    expect(damage).toContain('1 line cannot be read')
  })

  it('still grows on a full disk, so that this is told once', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url) }
    await deliver(configs, [], at)
    let isFull = true
    const full = breakingFiles((_, name) => {
      if (name.startsWith('remove') && name.endsWith('reserve')) isFull = false
      return isFull && name.startsWith('write') ? { refuse: 'ENOSPC' } : 'go on'
    })
    for (let times = 0; times < 3; times++) {
      at.clock.advance(5 * minute)
      const files = { ...at, files: full.files }
      expect((await deliver(configs, [troubleOf({ cause: 'disk-full' })], files)).problems).toEqual([])
    }
    expect(sink.received).toHaveLength(1)
    expect(isFull).toBe(false)
  })

  it('that cannot be written stops no message, and is told', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const broken = breakingFiles((_, name) => (name.startsWith('create') ? { refuse: 'EROFS' } : 'go on'))
    const result = await deliver({ chat: hook(sink.url) }, [troubleOf()], { ...at, files: broken.files })
    expect(result.problems[0]).toMatchObject({ code: 'not-permitted' })
    expect(titles(sink.received)).toEqual([
      'todoist: no good export for 3 days',
      'alerts: what was told cannot be remembered',
    ])
  })

  it('is for one process at a time', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const lock = await openAlertStore(at.files, at.root).lock()
    expect(await deliver({ chat: hook(sink.url) }, [troubleOf()], at)).toMatchObject({ isBusy: true, sent: [] })
    expect(sink.received).toEqual([])
    lock!.release()
    expect(await deliver({ chat: hook(sink.url) }, [troubleOf()], at)).toMatchObject({ isBusy: false })
    expect(sink.received).toHaveLength(1)
  })

  it('holds no secret', async () => {
    const at = surroundings()
    const refusing = await openSink({ status: 400, body: 'no /hook/xyzzy-canary-1234 with tk_canary' })
    const rude = await openSink({ status: 403, body: 'wrong: tk_canary' })
    const url = at.secret('url', `${refusing.url}/hook/xyzzy-canary-1234`)
    const token = at.secret('token', 'tk_canary')
    const configs = {
      chat: configOf({ kind: 'webhook', url, headers: { 'X-Token': token } }),
      phone: configOf({ kind: 'gotify', url: rude.url, token }),
    }
    const result = await deliver(configs, [troubleOf()], at)
    expect(result.failed).toHaveLength(2)
    const kept = ['alerts.json', 'alerts.ndjson'].map((name) => readFileSync(path(at, name), 'utf8')).join('')
    expect(kept).toContain('[secret]')
    expect(`${kept}${JSON.stringify(result)}`).not.toMatch(/canary/)
  })

  it('moves a long history aside', async () => {
    const [sink, at] = [await openSink(), surroundings()]
    const configs = { chat: hook(sink.url) }
    await deliver(configs, [troubleOf({ why: 'x'.repeat(5 * 1024 * 1024) })], at)
    await deliver(configs, [troubleOf(), troubleOf({ cause: 'suspect' })], at)
    expect(readdirSync(join(at.root, '.unsilo')).sort()).toEqual([
      'alerts.json',
      'alerts.lock',
      'alerts.ndjson',
      'alerts.old.ndjson',
      'reserve',
    ])
    writeFileSync(path(at, 'alerts.json'), '')
    const { state } = openAlertStore(at.files, at.root).load()
    expect(state.incidents.map(({ cause }) => cause)).toEqual(['late', 'suspect'])
  })
})
